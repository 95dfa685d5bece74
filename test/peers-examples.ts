/** What is applied before an example runs: tables in use, with rows and readers. */
export const BASE = `create type mood as enum ('good', 'bad');
create domain percent as integer;
create schema archive;
create table customers (id bigint generated always as identity primary key, email text not null, share percent);
create table orders (id bigint generated always as identity primary key, customer_id bigint references customers (id), code varchar(20) not null, note text, amount numeric(10, 2), at timestamptz default now());
create index orders_note_idx on orders (note);
create index orders_customer_idx on orders (customer_id);
create unique index orders_code_key on orders (code);
alter table orders add constraint amount_positive check (amount > 0) not valid;
alter table orders add constraint code_there check (code <> '');
create table lines (order_id bigint references orders (id), nr bigint not null);
create index lines_order_idx on lines (order_id);
create unique index lines_nr_key on lines (nr);
create table archive.notes (id bigint primary key);
create table messages (id bigint, sent_at timestamptz not null) partition by range (sent_at);
create table messages_2024 partition of messages for values from ('2024-01-01') to ('2025-01-01');
create table messages_2025 (id bigint, sent_at timestamptz not null);
create unique index messages_2025_id_key on messages_2025 (id);
create materialized view totals as select customer_id, count(*) as total from orders group by customer_id;
create unique index totals_key on totals (customer_id);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger orders_touch before update on orders for each row execute function touch();
`;

const ADD_CHECK = 'alter table orders add constraint amount_small check (amount < 1000);';
const ADD_KEY = 'alter table lines add constraint lines_nr_fk foreign key (nr) references orders (id);';
const ADD_UNIQUE = 'alter table orders add constraint orders_note_key unique (note);';
const ADD_EXCLUDE = 'alter table orders add constraint no_twins exclude using btree (code with =);';
const ADD_JSON = 'alter table orders add column extra json;';
const ADD_SERIAL = 'alter table orders add column position bigserial;';
const ADD_STORED = 'alter table orders add column tax numeric generated always as (amount * 0.2) stored;';
const ADD_TOKEN = 'alter table orders add column token uuid default gen_random_uuid();';
const ADD_REQUIRED = 'alter table orders add column tax numeric not null;';
const ATTACH = "alter table messages attach partition messages_2025 for values from ('2025-01-01') to ('2026-01-01');";
const DETACH = 'alter table messages detach partition messages_2024;';
const CONCURRENT_INSIDE = 'begin;\ncreate index concurrently orders_at_idx on orders (at);\ncommit;';
const CREATE_INDEX = 'create index orders_at_idx on orders (at);';
const INDEX_ALONGSIDE = 'create index concurrently orders_at_idx on orders (at);';
const CREATE_TRIGGER = 'create trigger orders_count after insert on orders for each row execute function touch();';
const DISABLE_TRIGGER = 'alter table orders disable trigger orders_touch;';
const DOMAIN = 'create domain quantity as integer check (value > 0);';
const DOMAIN_CHECK = 'alter domain percent add constraint percent_range check (value between 0 and 100);';
const DROP_COLUMN = 'alter table orders drop column note;';
const DROP_INDEX = 'drop index orders_note_idx;';
const DROP_REQUIRED = 'alter table orders alter column code drop not null;';
const DROP_TABLE = 'drop table lines;';
const DROP_TRIGGER = 'drop trigger orders_touch on orders;';
const ENUM_VALUE = "alter type mood add value 'fine';";
const INTEGER_KEY = 'create table stamps (id integer generated always as identity primary key);';
const KEY = 'alter table lines add primary key (nr);';
const KEY_BY_INDEX = 'alter table messages_2025 add constraint messages_2025_pkey primary key using index messages_2025_id_key;';
const NEW_TYPE = 'alter table orders alter column amount type bigint;';
const NO_TIMEOUT = 'alter table orders add column fax text;';
const REFRESH = 'refresh materialized view totals;';
const REFRESH_ALONGSIDE = 'refresh materialized view concurrently totals;';
const REINDEX = 'reindex table orders;';
const RENAME_COLUMN = 'alter table orders rename column note to remark;';
const RENAME_SCHEMA = 'alter schema archive rename to attic;';
const RENAME_TABLE = 'alter table orders rename to purchases;';
const REQUIRE = 'alter table orders alter column note set not null;';
const SERIAL = 'create table stamps (id bigserial primary key);';
const SHORT = 'create table stamps (name varchar(20));';
const TIMESTAMP = 'create table stamps (at timestamp);';
const TRUNCATE = 'truncate lines;';
const TRUNCATE_CASCADE = 'truncate orders cascade;';
const VACUUM = 'vacuum full orders;';
const CHAR = 'create table stamps (code char(3));';
const SMALL_KEY = 'create table stamps (id smallint generated always as identity primary key);';
const TWO_TABLES = 'begin;\nalter table orders drop column note;\nalter table customers drop column share;\ncommit;';
const WORK_UNDER_LOCK = 'begin;\nalter table orders add column fax text;\nupdate lines set nr = nr + 1;\ncommit;';
const INDEX_UNDER_LOCK = 'begin;\nalter table orders add column fax text;\ncreate index orders_fax_idx on orders (fax);\ncommit;';
const VALIDATED_AT_ONCE = 'begin;\nalter table orders add constraint amount_small check (amount < 1000) not valid;\nalter table orders validate constraint amount_small;\ncommit;';
const UNINDEXED_KEY = 'alter table lines add column customer_id bigint;\nalter table lines add constraint lines_customer_fk foreign key (customer_id) references customers (id) not valid;';
const OPEN = 'begin;\nalter table orders add column fax text;';

/**
 * For each check of a peer, the smallest migration that it is about. Checks that no rule answers have one where SQL can show
 * what they are about: then none of our rules shown by default speaks of it.
 */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  squawk: {
    'adding-field-with-default': ADD_TOKEN, 'adding-foreign-key-constraint': ADD_KEY, 'adding-not-nullable-field': REQUIRE, 'adding-required-field': ADD_REQUIRED,
    'adding-serial-primary-key-field': 'alter table lines add column id bigserial primary key;', 'ban-alter-domain-with-add-constraint': DOMAIN_CHECK, 'ban-char-field': CHAR,
    'ban-concurrent-index-creation-in-transaction': CONCURRENT_INSIDE, 'ban-create-domain-with-constraint': DOMAIN, 'ban-drop-column': DROP_COLUMN, 'ban-drop-database': 'drop database shop;',
    'ban-drop-not-null': DROP_REQUIRED, 'ban-drop-table': DROP_TABLE, 'ban-duplicate-column-assignments': "update orders set note = 'a', note = 'b' where id = 1;", 'ban-truncate-cascade': TRUNCATE_CASCADE,
    'ban-uncommitted-transaction': OPEN, 'changing-column-type': NEW_TYPE, 'constraint-missing-not-valid': ADD_CHECK, 'disallowed-unique-constraint': ADD_UNIQUE,
    'identifier-too-long': 'create table a_name_that_goes_on_and_on_for_more_than_sixty_three_bytes_in_all (id bigint);', 'prefer-bigint-over-int': INTEGER_KEY, 'prefer-bigint-over-smallint': SMALL_KEY,
    'prefer-identity': SERIAL, 'prefer-repack': VACUUM, 'prefer-robust-stmts': 'alter table orders add column fax text;\nalter table orders add column telex text;', 'prefer-text-field': SHORT,
    'prefer-timestamp-tz': TIMESTAMP, 'prefer-timestamptz': TIMESTAMP, 'renaming-column': RENAME_COLUMN, 'renaming-table': RENAME_TABLE, 'require-concurrent-index-creation': CREATE_INDEX, 'require-concurrent-index-deletion': DROP_INDEX,
    'require-concurrent-partition-detach': DETACH, 'require-concurrent-reindex': REINDEX, 'require-enum-value-ordering': ENUM_VALUE, 'require-lock-timeout': NO_TIMEOUT, 'require-statement-timeout': REQUIRE, 'require-timeout-settings': NO_TIMEOUT, 'transaction-nesting': 'begin;\nbegin;\ncreate table stamps (id bigint);\ncommit;',
    'require-table-schema': 'create table stamps (id bigint);',
  },
  'postgres-language-server': {
    addSerialColumn: ADD_SERIAL, addingFieldWithDefault: ADD_TOKEN, addingForeignKeyConstraint: ADD_KEY, addingNotNullField: REQUIRE, addingPrimaryKeyConstraint: KEY, addingRequiredField: ADD_REQUIRED,
    avoidAddingExclusionConstraint: ADD_EXCLUDE, avoidAlterEnumAddValue: ENUM_VALUE, avoidAttachingPartition: ATTACH, avoidCreateTrigger: CREATE_TRIGGER, avoidEnableDisableTrigger: DISABLE_TRIGGER, avoidWideLockWindow: TWO_TABLES,
    banCharField: CHAR, banConcurrentIndexCreationInTransaction: CONCURRENT_INSIDE, banDeleteWithoutWhere: 'delete from lines;', banDropColumn: DROP_COLUMN, banDropDatabase: 'drop database shop;', banDropNotNull: DROP_REQUIRED,
    banDropSchema: 'drop schema archive cascade;', banDropTable: DROP_TABLE, banDropTrigger: DROP_TRIGGER, banTruncate: TRUNCATE, banTruncateCascade: TRUNCATE_CASCADE, banUpdateWithoutWhere: 'update orders set note = code;',
    banVacuumFull: VACUUM, changingColumnType: NEW_TYPE, concurrentRefreshMatviewLock: REFRESH_ALONGSIDE, constraintMissingNotValid: ADD_CHECK, creatingEnum: "create type size as enum ('s', 'm', 'l');",
    disallowUniqueConstraint: ADD_UNIQUE, lockTimeoutWarning: NO_TIMEOUT, multipleAlterTable: 'begin;\nalter table orders add column fax text;\nalter table orders add column telex text;\ncommit;', preferBigInt: INTEGER_KEY,
    preferBigintOverInt: INTEGER_KEY, preferBigintOverSmallint: SMALL_KEY, preferIdentity: SERIAL, preferJsonb: ADD_JSON, preferRobustStmts: INDEX_ALONGSIDE, preferTextField: SHORT,
    preferTimestamptz: TIMESTAMP, renamingColumn: RENAME_COLUMN, renamingTable: RENAME_TABLE, requireConcurrentDetachPartition: DETACH, requireConcurrentIndexCreation: CREATE_INDEX, requireConcurrentIndexDeletion: DROP_INDEX,
    requireConcurrentRefreshMatview: REFRESH, requireConcurrentReindex: REINDEX, requireIdleInTransactionTimeout: NO_TIMEOUT, requireSeparateConstraintValidation: VALIDATED_AT_ONCE, requireStatementTimeout: REQUIRE,
    runningStatementWhileHoldingAccessExclusive: WORK_UNDER_LOCK, transactionNesting: 'begin;\nbegin;\ncreate table stamps (id bigint);\ncommit;',
  },
  pgfence: {
    'add-column-constant-default': "alter table orders add column state text not null default 'new';", 'add-column-default-pre-pg11': "-- Postgres 10\nalter table orders add column state text default 'new';", 'add-column-json': ADD_JSON, 'add-column-non-constant-default': ADD_TOKEN,
    'add-column-not-null-no-default': ADD_REQUIRED, 'add-column-serial': ADD_SERIAL, 'add-column-stored-generated': ADD_STORED, 'add-constraint-check-no-not-valid': ADD_CHECK, 'add-constraint-exclude': ADD_EXCLUDE,
    'add-constraint-fk-no-not-valid': ADD_KEY, 'add-constraint-unique': ADD_UNIQUE, 'add-constraint-unique-using-index': 'alter table orders add constraint orders_code_key unique using index orders_code_key;',
    'add-pk-using-index': KEY_BY_INDEX, 'add-pk-without-using-index': KEY, 'alter-column-set-not-null': REQUIRE, 'alter-column-type': NEW_TYPE, 'alter-enum-add-value': ENUM_VALUE, 'alter-enum-no-ordering': ENUM_VALUE,
    'attach-partition': ATTACH, 'ban-alter-domain-add-constraint': DOMAIN_CHECK, 'ban-char-field': CHAR, 'ban-create-domain-with-constraint': DOMAIN, 'concurrent-in-transaction': CONCURRENT_INSIDE,
    'create-index-not-concurrent': CREATE_INDEX, 'create-table-exclude-constraint': 'create table stamps (code text, exclude using btree (code with =));', 'create-trigger': CREATE_TRIGGER, 'delete-without-where': 'delete from lines;',
    'detach-partition': DETACH, 'detach-partition-concurrent': 'alter table messages detach partition messages_2024 concurrently;', 'drop-column': DROP_COLUMN, 'drop-constraint': 'alter table orders drop constraint amount_positive;', 'drop-database': 'drop database shop;',
    'drop-index-not-concurrent': DROP_INDEX, 'drop-not-null': DROP_REQUIRED, 'drop-table': DROP_TABLE, 'drop-trigger': DROP_TRIGGER, 'enable-disable-trigger': DISABLE_TRIGGER, 'fk-missing-index': UNINDEXED_KEY,
    'lock-timeout-after-dangerous-statement': "alter table orders drop column note;\nset lock_timeout = '5s';", 'lock-timeout-too-long': "set lock_timeout = '1h';\nalter table orders add column fax text;",
    'lock-timeout-zero': 'set lock_timeout = 0;\nalter table orders add column fax text;', 'missing-idle-timeout': NO_TIMEOUT, 'missing-lock-timeout': NO_TIMEOUT, 'missing-statement-timeout': REQUIRE,
    'not-valid-validate-same-tx': VALIDATED_AT_ONCE, 'prefer-bigint-over-int': INTEGER_KEY, 'prefer-identity': SERIAL, 'prefer-robust-create-index': INDEX_ALONGSIDE, 'prefer-robust-create-table': 'create table stamps (name text);\ncreate table letters (name text);',
    'prefer-robust-drop-index': `${DROP_INDEX}\n${NO_TIMEOUT}`, 'prefer-robust-drop-table': `${DROP_TABLE}\n${NO_TIMEOUT}`, 'prefer-text-field': SHORT, 'prefer-timestamptz': TIMESTAMP, 'refresh-matview-blocking': REFRESH,
    'refresh-matview-concurrent': REFRESH_ALONGSIDE, 'reindex-non-concurrent': REINDEX, 'rename-column': RENAME_COLUMN, 'rename-schema': RENAME_SCHEMA, 'rename-table': RENAME_TABLE, 'set-logged-unlogged': 'alter table lines set unlogged;',
    'statement-after-access-exclusive': 'begin;\nalter table orders drop column note;\nalter table orders alter column code type text using upper(code);\ncommit;', 'statement-timeout-too-long': "set statement_timeout = '2h';\nalter table orders alter column note set not null;", truncate: TRUNCATE, 'truncate-cascade': TRUNCATE_CASCADE, 'unclosed-transaction': OPEN,
    'update-in-migration': 'update orders set note = code;', 'vacuum-full': VACUUM, 'validate-constraint': VALIDATED_AT_ONCE, 'wide-lock-window': TWO_TABLES,
  },
  eugene: {
    E1: ADD_CHECK, E2: REQUIRE, E3: ADD_JSON, E4: WORK_UNDER_LOCK, E5: NEW_TYPE, E6: CREATE_INDEX, E7: ADD_UNIQUE, E8: ADD_EXCLUDE, E9: NO_TIMEOUT, E10: 'alter table lines alter column order_id type integer;', E11: ADD_SERIAL,
    W12: 'begin;\nalter table orders add column fax text;\nalter table orders add column telex text;\ncommit;', W13: "create type size as enum ('s', 'm', 'l');", W14: KEY_BY_INDEX, E15: UNINDEXED_KEY,
  },
  strong_migrations: {
    add_check_constraint: ADD_CHECK, add_column_auto_incrementing: ADD_SERIAL, add_column_default: ADD_TOKEN, add_column_default_callable: ADD_TOKEN, add_column_generated_stored: ADD_STORED, add_column_json: ADD_JSON,
    add_exclusion_constraint: ADD_EXCLUDE, add_foreign_key: ADD_KEY, add_index: CREATE_INDEX, add_index_columns: 'create index concurrently orders_all_idx on orders (customer_id, code, note, at);',
    add_reference: 'alter table lines add column customer_id bigint references customers (id);\ncreate index lines_customer_idx on lines (customer_id);', add_unique_constraint: ADD_UNIQUE, 'backfilling-data': 'begin;\nalter table orders add column fax text;\nupdate orders set fax = note;\ncommit;',
    change_column: NEW_TYPE, change_column_constraint: 'alter table orders alter column code type varchar(40);', change_column_null: REQUIRE, change_column_null_postgresql: REQUIRE,
    change_column_with_not_null: 'alter table orders alter column note type varchar(100), alter column note set not null;', create_table: 'drop table lines cascade;\ncreate table lines (nr bigint not null);', remove_column: DROP_COLUMN, remove_index: DROP_INDEX,
    rename_column: RENAME_COLUMN, rename_enum_value: "alter type mood rename value 'good' to 'great';", rename_schema: RENAME_SCHEMA, rename_table: RENAME_TABLE, validate_check_constraint: VALIDATED_AT_ONCE,
    validate_foreign_key: 'begin;\nalter table lines add constraint lines_nr_fk foreign key (nr) references orders (id) not valid;\nalter table lines validate constraint lines_nr_fk;\ncommit;',
  },
  'django-migration-linter': {
    ADD_UNIQUE, ALTER_COLUMN: NEW_TYPE, CREATE_INDEX, CREATE_INDEX_EXCLUSIVE: INDEX_UNDER_LOCK, DROP_COLUMN, DROP_INDEX, DROP_TABLE, NOT_NULL: ADD_REQUIRED, REINDEX, RENAME_COLUMN, RENAME_TABLE,
  },
};
