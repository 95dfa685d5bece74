/** Checks of linters for migrations, by the names that their users know. */
export const PEERS: Readonly<Record<string, readonly string[]>> = {
  squawk: [
    'adding-field-with-default', 'adding-foreign-key-constraint', 'adding-not-nullable-field', 'adding-required-field', 'adding-serial-primary-key-field', 'ban-alter-domain-with-add-constraint', 'ban-char-field',
    'ban-concurrent-index-creation-in-transaction', 'ban-create-domain-with-constraint', 'ban-drop-column', 'ban-drop-database', 'ban-drop-not-null', 'ban-drop-table', 'ban-duplicate-column-assignments',
    'ban-truncate-cascade', 'ban-uncommitted-transaction', 'changing-column-type', 'constraint-missing-not-valid', 'disallowed-unique-constraint', 'identifier-too-long', 'prefer-bigint-over-int',
    'prefer-bigint-over-smallint', 'prefer-identity', 'prefer-repack', 'prefer-robust-stmts', 'prefer-text-field', 'prefer-timestamp-tz', 'prefer-timestamptz', 'renaming-column', 'renaming-table', 'require-concurrent-index-creation',
    'require-concurrent-index-deletion', 'require-concurrent-partition-detach', 'require-concurrent-reindex', 'require-enum-value-ordering', 'require-lock-timeout', 'require-statement-timeout', 'require-table-schema', 'require-timeout-settings', 'transaction-nesting', 'unused-ignore',
  ],
  'postgres-language-server': [
    'addSerialColumn', 'addingFieldWithDefault', 'addingForeignKeyConstraint', 'addingNotNullField', 'addingPrimaryKeyConstraint', 'addingRequiredField', 'avoidAddingExclusionConstraint', 'avoidAlterEnumAddValue',
    'avoidAttachingPartition', 'avoidCreateTrigger', 'avoidEnableDisableTrigger', 'avoidWideLockWindow', 'banCharField', 'banConcurrentIndexCreationInTransaction', 'banDeleteWithoutWhere', 'banDropColumn', 'banDropDatabase',
    'banDropNotNull', 'banDropSchema', 'banDropTable', 'banDropTrigger', 'banTruncate', 'banTruncateCascade', 'banUpdateWithoutWhere', 'banVacuumFull', 'changingColumnType', 'concurrentRefreshMatviewLock',
    'constraintMissingNotValid', 'creatingEnum', 'disallowUniqueConstraint', 'lockTimeoutWarning', 'multipleAlterTable', 'preferBigInt', 'preferBigintOverInt', 'preferBigintOverSmallint', 'preferIdentity', 'preferJsonb',
    'preferRobustStmts', 'preferTextField', 'preferTimestamptz', 'renamingColumn', 'renamingTable', 'requireConcurrentDetachPartition', 'requireConcurrentIndexCreation', 'requireConcurrentIndexDeletion',
    'requireConcurrentRefreshMatview', 'requireConcurrentReindex', 'requireIdleInTransactionTimeout', 'requireSeparateConstraintValidation', 'requireStatementTimeout', 'runningStatementWhileHoldingAccessExclusive', 'transactionNesting',
  ],
  pgfence: [
    'add-column-constant-default', 'add-column-default-pre-pg11', 'add-column-json', 'add-column-non-constant-default', 'add-column-not-null-no-default', 'add-column-serial', 'add-column-stored-generated',
    'add-constraint-check-no-not-valid', 'add-constraint-exclude', 'add-constraint-fk-no-not-valid', 'add-constraint-unique', 'add-constraint-unique-using-index', 'add-constraint-unknown-type', 'add-pk-using-index',
    'add-pk-without-using-index', 'alter-column-set-not-null', 'alter-column-type', 'alter-enum-add-value', 'alter-enum-no-ordering', 'attach-partition', 'ban-alter-domain-add-constraint', 'ban-char-field',
    'ban-create-domain-with-constraint', 'concurrent-in-transaction', 'create-index-not-concurrent', 'create-table-exclude-constraint', 'create-trigger', 'delete-without-where', 'detach-partition', 'detach-partition-concurrent',
    'drop-column', 'drop-constraint', 'drop-database', 'drop-index-not-concurrent', 'drop-not-null', 'drop-table', 'drop-trigger', 'enable-disable-trigger', 'fk-missing-index', 'lock-timeout-after-dangerous-statement',
    'lock-timeout-too-long', 'lock-timeout-zero', 'missing-application-name', 'missing-idle-timeout', 'missing-lock-timeout', 'missing-statement-timeout', 'not-valid-validate-same-tx', 'prefer-bigint-over-int', 'prefer-identity',
    'prefer-robust-create-index', 'prefer-robust-create-table', 'prefer-robust-drop-index', 'prefer-robust-drop-table', 'prefer-text-field', 'prefer-timestamptz', 'refresh-matview-blocking', 'refresh-matview-concurrent',
    'reindex-non-concurrent', 'rename-column', 'rename-schema', 'rename-table', 'set-logged-unlogged', 'statement-after-access-exclusive', 'statement-timeout-too-long', 'truncate', 'truncate-cascade', 'unclosed-transaction',
    'update-in-migration', 'vacuum-full', 'validate-constraint', 'wide-lock-window',
  ],
  eugene: ['E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8', 'E9', 'E10', 'E11', 'W12', 'W13', 'W14', 'E15'],
  strong_migrations: [
    'add_check_constraint', 'add_check_constraint_mysql', 'add_column_auto_incrementing', 'add_column_default', 'add_column_default_callable', 'add_column_generated_stored', 'add_column_json', 'add_exclusion_constraint',
    'add_foreign_key', 'add_foreign_key_mysql', 'add_index', 'add_index_columns', 'add_index_corruption', 'add_reference', 'add_unique_constraint', 'backfilling-data', 'change_column', 'change_column_constraint',
    'change_column_default', 'change_column_null', 'change_column_null_mysql', 'change_column_null_postgresql', 'change_column_with_not_null', 'change_table', 'copy_algorithm', 'create_table', 'execute', 'lock_option',
    'remove_column', 'remove_index', 'rename_column', 'rename_enum_value', 'rename_schema', 'rename_table', 'validate_check_constraint', 'validate_foreign_key',
  ],
  'django-migration-linter': [
    'ADD_UNIQUE', 'ALTER_COLUMN', 'CREATE_INDEX', 'CREATE_INDEX_EXCLUSIVE', 'DROP_COLUMN', 'DROP_INDEX', 'DROP_TABLE', 'NOT_NULL', 'REINDEX', 'RENAME_COLUMN', 'RENAME_TABLE', 'RUNPYTHON_ARGS_NAMING_CONVENTION',
    'RUNPYTHON_MODEL_IMPORT', 'RUNPYTHON_MODEL_VARIABLE_NAME', 'RUNPYTHON_REVERSIBLE', 'RUNSQL_REVERSIBLE',
  ],
};

const MYSQL = 'it is about MySQL';
const RAILS = 'it is about calls of ActiveRecord; here the SQL itself is read';
const DJANGO = 'it is about the Python of Django migrations, which are not read; for tools that are, migration-without-undo asks for the way back';

/** Checks that no rule answers, and why that is right. */
export const UNANSWERED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  squawk: {
    'ban-duplicate-column-assignments': 'Postgres refuses the statement wherever it is first run',
    'require-table-schema': 'names are resolved with the search path that is in force, and every finding names the schema',
    'unused-ignore': 'suppressions that answer nothing are reported by the linter itself',
  },
  pgfence: {
    'add-column-constant-default': 'it tells that nothing is wrong',
    'add-constraint-unique-using-index': 'it is the safe way; its short lock is lock-timeout-missing',
    'add-constraint-unknown-type': 'what could not be read is listed as unread',
    'create-table-exclude-constraint': 'nobody waits for a new table',
    'detach-partition-concurrent': 'it is the safe way',
    'missing-application-name': 'how a connection is called is no property of a migration',
  },
  strong_migrations: {
    add_check_constraint_mysql: MYSQL, add_foreign_key_mysql: MYSQL, change_column_null_mysql: MYSQL, copy_algorithm: MYSQL, lock_option: MYSQL,
    add_index_columns: 'wide indexes are a matter of cost, not of safety',
    add_index_corruption: 'a fault of the server versions 14.0 to 14.3, which nobody should run',
    change_column_default: RAILS, change_table: RAILS, execute: RAILS,
  },
  'django-migration-linter': { RUNPYTHON_ARGS_NAMING_CONVENTION: DJANGO, RUNPYTHON_MODEL_IMPORT: DJANGO, RUNPYTHON_MODEL_VARIABLE_NAME: DJANGO, RUNPYTHON_REVERSIBLE: DJANGO, RUNSQL_REVERSIBLE: DJANGO },
};
