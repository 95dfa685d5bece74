import type { TypeRef } from '@tenantlint/model';
import { plainType } from '../types.ts';

const BOOLEAN = plainType('boolean');
const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];
const COMPARES = new Set(['=', '<>', '!=', '<', '>', '<=', '>=', '~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*', '@>', '<@', '?', '?|', '?&', '&&', '@@', '@?', '<<=', '>>=', '^@', 'OVERLAPS', '-|-', '@@@']);

/** Result type of a built-in binary operator. */
export function operatorResult(op: string, left: TypeRef | undefined, right: TypeRef | undefined): TypeRef | undefined {
  if (COMPARES.has(op)) return BOOLEAN;
  const a = known(left) ?? known(right);
  const b = known(right) ?? known(left);
  switch (op) {
    case '->>':
    case '#>>':
      return plainType('text');
    case '->':
    case '#>':
      return a === undefined ? undefined : plainType(a.name);
    case '||':
      return concatenation(a, b, left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return a === undefined || b === undefined ? undefined : arithmetic(op, a, b);
    case '&':
    case '|':
    case '#':
    case '<<':
    case '>>':
      return a;
    case '<->':
    case '<#>':
    case '<=>':
      return plainType('double precision');
    default:
      return undefined;
  }
}

function known(type: TypeRef | undefined): TypeRef | undefined {
  if (type === undefined || (type.name === 'unknown' && type.schema === undefined)) return undefined;
  return type.mods.length === 0 ? type : { ...type, mods: [] };
}

function concatenation(a: TypeRef | undefined, b: TypeRef | undefined, left: TypeRef | undefined, right: TypeRef | undefined): TypeRef | undefined {
  if (a === undefined || b === undefined) return left === undefined || right === undefined ? undefined : plainType('text');
  if (a.dims > 0) return a;
  if (b.dims > 0) return b;
  if (a.name === 'jsonb' && b.name === 'jsonb') return a;
  if ((a.name === 'bytea' || a.name === 'tsvector') && a.name === b.name) return a;
  if ((a.name === 'bit' || a.name === 'bit varying') && a.name === b.name) return plainType('bit varying');
  return plainType('text');
}

function arithmetic(op: string, a: TypeRef, b: TypeRef): TypeRef | undefined {
  const [left, right] = [NUMBERS.indexOf(a.name), NUMBERS.indexOf(b.name)];
  if (left >= 0 && right >= 0) {
    const wide = NUMBERS[Math.max(left, right)] ?? 'numeric';
    if (op === '^') return plainType(wide === 'numeric' ? 'numeric' : 'double precision');
    // real meets an exact number in double precision.
    if (wide === 'real' && left !== right) return plainType('double precision');
    return plainType(wide);
  }
  const stamp = (type: TypeRef): boolean => type.name.startsWith('timestamp');
  if (a.name === 'jsonb' && op === '-') return a;
  if (a.name === 'date') {
    if (b.name === 'interval' || b.name.startsWith('time')) return stamp(b) ? plainType('interval') : plainType('timestamp without time zone');
    return op === '-' && b.name === 'date' ? plainType('integer') : plainType('date');
  }
  if (stamp(a)) return op === '-' && (stamp(b) || b.name === 'date') ? plainType('interval') : a;
  if (a.name === 'interval') return stamp(b) ? b : b.name === 'date' ? plainType('timestamp without time zone') : plainType('interval');
  if (right >= 0 && a.name === 'money') return a;
  if (left >= 0) return b;
  return a;
}
