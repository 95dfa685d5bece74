import type { Span } from './span.ts';

/**
 * What an ORM's models say: names by which code asks for tables, and the relations it can follow.
 * The tables behind them are described by schema events like any others.
 */
export interface ModelMap {
  readonly source: 'prisma' | 'sqlalchemy' | 'drizzle';
  readonly models: ReadonlyMap<string, Model>;
}

export interface Model {
  readonly name: string;
  /** How the client spells it: `prisma.invoiceLine`. */
  readonly delegate: string;
  /** Key of the table: `public.invoice_lines`. */
  readonly table: string;
  readonly at: Span;
  readonly fields: ReadonlyMap<string, ModelField>;
  /** Compound unique keys by the name the client gives them: `orgId_slug` → its fields. */
  readonly uniques: ReadonlyMap<string, readonly string[]>;
}

export type ModelField = { readonly name: string; readonly at: Span } & (
  | { readonly kind: 'scalar'; readonly column: string; readonly required: boolean; readonly unique: boolean; readonly list: boolean; /** A mutable object that is the default of every row: `default={}`. */ readonly sharedDefault?: Span }
  | {
      readonly kind: 'relation';
      readonly model: string;
      readonly list: boolean;
      readonly required: boolean;
      /** Pairs of fields [here, there] that tie the two rows; empty for an implicit many-to-many. */
      readonly on: readonly (readonly [string, string])[];
      /** Join table of an implicit many-to-many. */
      readonly through: string | undefined;
      /** When the rows are read, in the ORM's word: `select`, `joined`, `raise`, …; absent: as the ORM does by itself. */
      readonly lazy?: string;
    }
);
