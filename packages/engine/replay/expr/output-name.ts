import type { SqlExpr, TypeRef } from '@tenantlint/model';
import { never } from '@tenantlint/model';

/** Names in the grammar of types that the model spells out: a cast's column is called after these. */
const SHORT_TYPE: Readonly<Record<string, string>> = {
  integer: 'int4', bigint: 'int8', smallint: 'int2', boolean: 'bool', 'character varying': 'varchar', character: 'bpchar',
  'timestamp with time zone': 'timestamptz', 'timestamp without time zone': 'timestamp', 'time with time zone': 'timetz',
  'time without time zone': 'time', 'double precision': 'float8', real: 'float4', 'bit varying': 'varbit',
};

/** Name of the column that a select target without an alias gives. */
export function outputName(expr: SqlExpr): string {
  return derived(expr).name ?? '?column?';
}

/** Name that Postgres gives to the column of an index over an expression. */
export function indexColumnName(expr: SqlExpr): string {
  return derived(expr).name ?? 'expr';
}

interface Derived {
  readonly name: string | undefined;
  /** 2: the name is good; 1: a better one may be found further out; 0: none. */
  readonly strength: 0 | 1 | 2;
}

const NOTHING: Derived = { name: undefined, strength: 0 };

function derived(expr: SqlExpr): Derived {
  switch (expr.kind) {
    case 'column': {
      const names = expr.path.filter((name) => name !== '*');
      const name = names[names.length - 1];
      return name === undefined ? NOTHING : { name, strength: 2 };
    }
    case 'field':
      return { name: expr.name, strength: 2 };
    case 'subscript':
      return derived(expr.of);
    case 'call':
      return { name: expr.name.name, strength: 2 };
    case 'cast': {
      const inner = derived(expr.of);
      return inner.strength <= 1 ? { name: shortType(expr.type), strength: 1 } : inner;
    }
    case 'exists':
      return { name: 'exists', strength: 2 };
    case 'array-select':
    case 'array':
      return { name: 'array', strength: 2 };
    case 'scalar': {
      const target = expr.select.targets[0];
      if (target === undefined) return NOTHING;
      return target.alias === undefined ? derived(target.expr) : { name: target.alias, strength: 2 };
    }
    case 'case': {
      const inner = expr.otherwise === undefined ? NOTHING : derived(expr.otherwise);
      return inner.strength <= 1 ? { name: 'case', strength: 1 } : inner;
    }
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'nullif':
    case 'row':
      return { name: expr.kind, strength: 2 };
    case 'keyword':
      return { name: expr.name, strength: 2 };
    case 'literal':
      // The grammar writes TRUE and FALSE as casts to bool.
      return typeof expr.value === 'boolean' ? { name: 'bool', strength: 1 } : NOTHING;
    case 'param':
    case 'and':
    case 'or':
    case 'not':
    case 'operator':
    case 'prefix':
    case 'is-null':
    case 'is-bool':
    case 'distinct':
    case 'in':
    case 'any-array':
    case 'all-array':
    case 'any-select':
    case 'all-select':
    case 'opaque':
      return NOTHING;
    default:
      return never(expr);
  }
}

function shortType(type: TypeRef): string {
  return (type.schema === undefined ? SHORT_TYPE[type.name] : undefined) ?? type.name;
}
