/**
 * A statement that Postgres would refuse, by the name of its error condition as PL/pgSQL handlers spell it
 * (`duplicate_object`, `undefined_table`, …).
 */
export class Failure extends Error {
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.name = 'Failure';
    this.condition = condition;
  }
}

export function fail(condition: string, message: string): never {
  throw new Failure(condition, message);
}
