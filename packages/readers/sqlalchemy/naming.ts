import { createHash } from 'node:crypto';
import type { GivenName, Naming } from './table.ts';

/** The convention of a MetaData that states none. */
export const DEFAULT_NAMING: Naming = new Map([['ix', 'ix_%(column_0_label)s']]);

/** Characters that Postgres keeps of a name. */
const LIMIT = 63;

export interface Named {
  readonly table: string;
  readonly schema: string | undefined;
  readonly columns: readonly string[];
  readonly referred?: { readonly table: string; readonly columns: readonly string[] };
}

/** The name of a constraint or index; undefined where the database chooses. */
export function conventionalName(kind: 'fk' | 'uq' | 'ix' | 'ck' | 'pk', given: GivenName | undefined, naming: Naming, of: Named): string | undefined {
  if (given?.conv) return shortened(given.text);
  const template = naming.get(kind);
  if (template === undefined) return given?.text;
  if (given !== undefined && !template.includes('constraint_name')) return given.text;
  // A convention that asks for a name has none to give to what is not named.
  if (given === undefined && template.includes('constraint_name')) return undefined;
  let whole = true;
  const name = template.replace(/%\((\w+)\)s/g, (_, token: string) => {
    const text = tokenText(token, given, of);
    whole &&= text !== undefined;
    return text ?? '';
  });
  return whole ? shortened(name) : undefined;
}

function tokenText(token: string, given: GivenName | undefined, of: Named): string | undefined {
  if (token === 'table_name') return of.table;
  if (token === 'constraint_name') return given?.text;
  if (token === 'referred_table_name') return of.referred?.table;
  const match = /^(referred_)?column_(\d+)(_?N)?_(name|key|label)$/.exec(token);
  if (!match) return undefined;
  const [, referred, index, many, what] = match;
  const columns = referred ? (of.referred?.columns ?? []) : of.columns;
  const label = (column: string): string => (what === 'label' ? `${of.schema === undefined ? '' : `${of.schema.replaceAll('.', '_')}_`}${of.table}_${column}` : column);
  if (many !== undefined) return columns.slice(Number(index)).map(label).join(many === '_N' ? '_' : '');
  const column = columns[Number(index)];
  return column === undefined ? undefined : label(column);
}

/** A name that a convention made too long ends in a digest of the whole. */
function shortened(name: string): string {
  return name.length > LIMIT ? `${name.slice(0, LIMIT - 8)}_${createHash('md5').update(name).digest('hex').slice(-4)}` : name;
}
