import type { Span } from '@tenantlint/model';
import type { Recorder } from '../recorder.ts';
import { textOf, UNDEFINED, UNKNOWN, type Host, type Value, type Apply } from '../values.ts';
import { Knex } from './knex.ts';

/** A migration of MikroORM is its own connection: `this.addSql(…)`. */
export class MikroMigration implements Host {
  readonly #to: Recorder;
  readonly #apply: Apply;

  constructor(to: Recorder, apply: Apply) {
    this.#to = to;
    this.#apply = apply;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first] = args;
    switch (method) {
      case 'addSql': case 'execute': {
        const text = textOf(first);
        if (first === undefined || text === undefined) this.#to.unknown(first, at);
        else this.#to.sql(text, at, first.kind === 'text' ? first.exact : undefined);
        return method === 'execute' ? UNKNOWN : UNDEFINED;
      }
      case 'getKnex': return { kind: 'host', host: new Knex(this.#to, this.#apply) };
      case 'getEntityManager': case 'getQueries': case 'reset': return UNKNOWN;
      case 'then': case 'catch': case 'finally': return undefined;
      default: return undefined;
    }
  }
}
