export const shorthands = { ref: { type: 'uuid', notNull: true } };
export const up = (pgm) => {
  pgm.createExtension('pgcrypto', { ifNotExists: true });
  pgm.createSchema('app', { ifNotExists: true });
  pgm.createType('mood', ['sad', 'ok']);
  pgm.createTable('orgs', {
    id: { type: 'uuid', primaryKey: true, default: pgm.func('gen_random_uuid()') },
    name: { type: 'varchar(80)', notNull: true, unique: true },
    active: { type: 'bool', notNull: true, default: true },
    created_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()') },
  });
  pgm.createTable({ schema: 'app', name: 'users' }, {
    id: 'id',
    org_id: { type: 'ref', references: 'orgs', onDelete: 'CASCADE' },
    boss_id: { type: 'integer', references: { schema: 'app', name: 'users' }, onDelete: 'SET NULL' },
    email: 'string',
    mood: { type: 'mood', default: 'ok' },
    score: { type: 'int', check: 'score > 0' },
  }, { constraints: { unique: [['org_id', 'email']] } });
  pgm.createIndex({ schema: 'app', name: 'users' }, ['org_id', 'mood']);
  pgm.createIndex('orgs', 'name', { unique: true, where: 'active', name: 'orgs_active_name' });
  pgm.createIndex('orgs', 'created_at', { method: 'brin' });
  pgm.addColumns('orgs', { plan: { type: 'text', default: 'free' }, seats: { type: 'int' } });
  pgm.alterColumn('orgs', 'plan', { notNull: true, default: null });
  pgm.alterColumn('orgs', 'seats', { type: 'bigint', using: 'seats::bigint' });
  pgm.addConstraint('orgs', 'orgs_seats_check', 'CHECK (seats < 10)');
  pgm.addConstraint('orgs', 'orgs_plan_name', { unique: ['plan', 'name'] });
  pgm.renameColumn('orgs', 'plan', 'tier');
  pgm.alterTable('orgs', { levelSecurity: 'ENABLE' });
  pgm.createPolicy('orgs', 'own', { command: 'SELECT', role: 'PUBLIC', using: "id = current_setting('app.org')::uuid" });
  pgm.createFunction('touch', [], { returns: 'trigger', language: 'plpgsql', replace: true }, 'begin return new; end');
  pgm.createTrigger('orgs', 'touched', { when: 'BEFORE', operation: ['INSERT', 'UPDATE'], level: 'ROW', function: 'touch' });
  pgm.createView('names', {}, 'select name from orgs');
  pgm.sql("alter table {name} force row level security", { name: 'orgs' });
  pgm.sql(`comment on table orgs is 'x'`);
  pgm.dropColumns('orgs', ['seats'], { ifExists: true });
  pgm.dropIndex('orgs', 'created_at');
};
export const down = false;
