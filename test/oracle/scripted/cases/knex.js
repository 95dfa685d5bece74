export async function up(knex) {
  await knex.raw('create extension if not exists "pgcrypto"');
  await knex.schema.createTable('orgs', (table) => {
    table.uuid('id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.string('name', 80).notNullable().unique();
    table.timestamps(true, true);
  });
  await knex.schema.createTable('users', (t) => {
    t.increments();
    t.uuid('org_id').notNullable().references('id').inTable('orgs').onDelete('CASCADE').index();
    t.string('email').notNullable();
    t.enu('role', ['admin', 'member']).defaultTo('member');
    t.enu('kind', ['a', 'b'], { useNative: true, enumName: 'user_kind' });
    t.boolean('active').defaultTo(true);
    t.jsonb('settings').defaultTo('{}');
    t.decimal('amount', 10, 2);
    t.timestamp('seen_at', { useTz: false });
    t.datetime('created').defaultTo(knex.fn.now());
    t.unique(['org_id', 'email']);
    t.index(['org_id', 'role'], 'users_hot');
    t.integer('boss').unsigned();
    t.foreign('boss').references('users.id').onDelete('SET NULL');
  }).createTable('logs', (t) => {
    t.bigInteger('id');
    t.integer('user_id').references('users.id');
    t.specificType('tags', 'text[]');
    t.text('body').comment('what');
    t.primary(['id', 'user_id'], { constraintName: 'logs_pk' });
  }).catch(() => {});
  const tables = ['orgs', 'users'];
  for (const name of tables) await knex.raw(`alter table ${name} enable row level security`);
  await Promise.all(tables.map((name) => knex.raw('create policy ?? on ?? using (true)', [`${name}_all`, name])));
  await knex.schema.alterTable('users', (t) => {
    t.string('nick', 30).nullable();
    t.dropColumn('amount');
    t.renameColumn('seen_at', 'seen');
    t.string('email', 120).notNullable().alter();
    t.dropUnique(['org_id', 'email']);
    t.setNullable('org_id');
  });
}
export async function down(knex) {
  await knex.schema.dropTableIfExists('logs');
  await knex.schema.dropTable('users').dropTable('orgs');
}
