import type { AbstractValue } from '@tenantlint/model';

const MAKES = /^(?:json|redirect|rewrite|next|error|text|html)$/;
const ANSWER = /^(?:Next)?Response$/;

/** Whether `value instanceof of` holds; undefined where that cannot be told. Answers of a server are told from what else a helper may give. */
export function isInstance(value: AbstractValue, of: AbstractValue): boolean | undefined {
  switch (value.kind) {
    case 'literal': case 'undefined': case 'text': case 'column': return false;
    case 'instance': return of.kind === 'class' && value.class === of.class ? true : of.kind === 'class' ? undefined : false;
    case 'row': case 'object': case 'array': case 'list': case 'function': return of.kind === 'class' || nameOf(of) !== undefined ? false : undefined;
    case 'symbol': {
      const name = nameOf(of);
      if (name === undefined) return undefined;
      if (value.origin.kind === 'identity') return false;
      const made = answerOf(value);
      return made === undefined ? undefined : ANSWER.test(name) && (name === made || name === 'Response');
    }
    default: return undefined;
  }
}

/** A class that is no part of the program: of a package, or of the language. */
function nameOf(of: AbstractValue): string | undefined {
  return of.kind === 'symbol' && of.path.length === 0 && (of.origin.kind === 'package' || of.origin.kind === 'global') && /^[A-Z]/.test(of.origin.name) ? of.origin.name : undefined;
}

/** Which class of answers a value is of: `new Response(…)`, `NextResponse.json(…)`. */
export function answerOf(value: AbstractValue): string | undefined {
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.path.length > 0) return undefined;
  const { callee, construct } = value.origin;
  const made = callee.kind === 'symbol' ? nameOf({ ...callee, path: [] }) : undefined;
  if (made === undefined || !ANSWER.test(made) || callee.kind !== 'symbol') return undefined;
  return (construct === true ? callee.path.length === 0 : callee.path.length === 1 && MAKES.test(callee.path[0] ?? '')) ? made : undefined;
}
