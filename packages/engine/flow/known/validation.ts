import { cases, literal, nothing, object, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { elementOf, tidy } from '../values/join.ts';
import { keyOf } from '../values/key.ts';
import { byPackage } from './by-package.ts';
import { property } from '../values/property.ts';

const PACKAGES = /^(?:zod|zod\/v\d|zod\/mini|valibot|yup|superstruct|@sinclair\/typebox|arktype|@hono\/zod-openapi|@asteasolutions\/zod-to-openapi|zod-openapi|@conform-to\/zod)$/;
const isValidator = byPackage((from) => PACKAGES.test(from));
const PARSE = new Set(['parse', 'parseAsync', 'validate', 'validateSync', 'cast', 'assert']);
const SAFE = new Set(['safeParse', 'safeParseAsync', 'spa']);

/** `schema.parse(x)` is x, with the names that the schema lets through and no others. */
export function parsed(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], at: Span): AbstractValue | undefined {
  const method = callee.path.at(-1);
  const [input] = args;
  if (method === undefined || !input || callee.path.length !== 1 || callee.origin.kind !== 'call') return undefined;
  if (!PARSE.has(method) && !SAFE.has(method)) return undefined;
  const schema: AbstractValue = { ...callee, path: [] };
  if (!isSchema(schema)) return undefined;
  const value = shaped(f, schema, input, at, 0);
  if (PARSE.has(method)) return value;
  return tidy([
    { value: object({ success: literal(true, at), data: value, error: nothing(at) }, at), truths: [] },
    { value: object({ success: literal(false, at), data: nothing(at), error: { kind: 'symbol', origin: { kind: 'computed', op: 'validation error', of: [] }, path: [], at } }, at), truths: [] },
  ], at);
}

/** Built by calls that begin at a validation library. */
export function isSchema(value: AbstractValue): boolean {
  let at: AbstractValue = value;
  for (let depth = 0; depth < 40; depth++) {
    if (at.kind !== 'symbol') return false;
    if (at.origin.kind === 'package') return isValidator(at.origin.package);
    if (at.origin.kind !== 'call') return false;
    at = at.origin.callee;
  }
  return false;
}

/** The value as the schema lets it through; what the schema does not tell stays as it is. */
export function shaped(f: Flow, schema: AbstractValue, input: AbstractValue, at: Span, depth: number): AbstractValue {
  if (depth > 4 || schema.kind !== 'symbol' || schema.origin.kind !== 'call') return input;
  const { callee, args } = schema.origin;
  if (callee.kind !== 'symbol') return input;
  const name = callee.path.at(-1) ?? (callee.origin.kind === 'package' ? callee.origin.name : '');
  const [first] = args;
  const base: AbstractValue = { ...callee, path: callee.path.slice(0, -1) };
  switch (name) {
    case 'object': case 'strictObject': case 'interface': case 'type': return first?.kind === 'object' ? fields(f, first, input, at, depth) : input;
    case 'extend': case 'merge': case 'and': case 'safeExtend': {
      const left = shaped(f, base, input, at, depth);
      const right = first?.kind === 'object' ? fields(f, first, input, at, depth) : first ? shaped(f, first, input, at, depth) : input;
      return left.kind === 'object' && right.kind === 'object' ? { kind: 'object', entries: [...left.entries, ...right.entries], at } : input;
    }
    case 'pick': case 'omit': {
      const whole = shaped(f, base, input, at, depth);
      if (whole.kind !== 'object' || first?.kind !== 'object') return whole;
      const named = new Set(first.entries.flatMap((e) => (e.kind === 'property' ? [e.name] : [])));
      return { ...whole, entries: whole.entries.filter((e) => e.kind !== 'property' || named.has(e.name) === (name === 'pick')) };
    }
    // One of a few texts that the code spells out: nobody else decides it.
    case 'enum': case 'nativeEnum': case 'picklist': return { kind: 'symbol', origin: { kind: 'computed', op: `one of ${keyOf(input)}`, of: [literal('', at)] }, path: [], at };
    case 'partial': {
      const whole = shaped(f, base, input, at, depth);
      return whole.kind === 'object' ? { ...whole, entries: whole.entries.map((e) => (e.kind === 'property' ? { ...e, value: maybe(e.value, at) } : e)) } : whole;
    }
    // What the environment may lack is known by its name: `if (secret && …)` is about the set-up, not about the request.
    case 'optional': case 'nullish': case 'exactOptional': return input.kind === 'symbol' && input.origin.kind === 'global' ? input : maybe(callee.origin.kind === 'package' && first ? shaped(f, first, input, at, depth) : shaped(f, base, input, at, depth), at);
    case 'default': case 'catch': case 'prefault': return first ? tidy([...cases(shaped(f, base, input, at, depth)).filter((c) => c.value.kind !== 'undefined'), ...cases(first)], at) : input;
    case 'array': return first && input.kind === 'symbol' ? { kind: 'list', of: shaped(f, first, elementOf(input, at) ?? input, at, depth + 1), at } : input;
    case 'literal': return first?.kind === 'literal' ? first : input;
    case 'transform': case 'pipe': case 'preprocess': return { kind: 'symbol', origin: { kind: 'computed', op: 'transformed', of: [input] }, path: [], at };
    case 'passthrough': case 'loose': case 'catchall': case 'looseObject': {
      const whole = shaped(f, base, input, at, depth);
      return whole.kind === 'object' ? { ...whole, entries: [{ kind: 'spread', of: input, at }, ...whole.entries] } : whole;
    }
    default: return base.kind === 'symbol' && base.origin.kind === 'call' ? shaped(f, base, input, at, depth) : input;
  }
}

const maybe = (value: AbstractValue, at: Span): AbstractValue => tidy([...cases(value), { value: nothing(at), truths: [] }], at);

function fields(f: Flow, of: ValueOf<'object'>, input: AbstractValue, at: Span, depth: number): AbstractValue {
  return {
    kind: 'object',
    entries: of.entries.flatMap((e): ValueOf<'object'>['entries'] => {
      if (e.kind === 'property') {
        const part = property(f, input, e.name, at);
        return [{ ...e, value: part ? shaped(f, e.value, part, at, depth + 1) : nothing(at) }];
      }
      // { ...other.shape }
      return [];
    }),
    at,
  };
}
