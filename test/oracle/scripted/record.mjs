// Writes recorded/*.sql: what the tools themselves make of cases/*.js. Nothing is sent to a database.
// Run in a folder where knex 3 and node-pg-migrate 7 are installed: node <this file> <that folder>
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const installed = createRequire(path.resolve(process.argv[2] ?? '.', 'package.json'));
const load = (name) => import(new URL(`cases/${name}.js`, import.meta.url).href);
const write = (name, text) => writeFileSync(path.join(here, 'recorded', `${name}.sql`), text);

const knex = installed('knex')({ client: 'pg' });
const sent = [];
knex.client.acquireConnection = async () => ({});
knex.client.releaseConnection = async () => undefined;
knex.client._query = async (_, query) => {
  sent.push(query.sql);
  return { ...query, response: { rows: [], rowCount: 0 } };
};
knex.client.processResponse = () => ({ rows: [] });
await (await load('knex')).up(knex);
write('knex', `${sent.join(';\n')};\n`);

const { MigrationBuilder, default: Builder = MigrationBuilder } = installed('node-pg-migrate/dist/migrationBuilder');
const pgm = await load('node-pg-migrate');
const builder = new Builder({}, pgm.shorthands, false, console);
pgm.up(builder);
write('node-pg-migrate', `${builder.getSql()}\n`);
