import { cases, constantText, type AbstractValue, type ClientContext, type CompareOp, type Dropped, type Span } from '@tenantlint/model';
import { expression, isOwn, namedOf, positionalOf, stateOf, type Entity, type Expr, type State } from './state.ts';

/** Values as expressions: handles of ours say what they are, anything else is sent as a parameter. */
export function exprOf(value: AbstractValue): Expr {
  const { at } = value;
  if (isOwn(value)) {
    const state = stateOf(value);
    switch (state.is) {
      case 'expr': return state.expr;
      case 'entity': return { e: 'entity', entity: state.entity, at };
      case 'statement': return { e: 'query', of: state, at };
      case 'text': return { e: 'unknown', value: state.text, why: 'SQL as text', at };
      default: return { e: 'unknown', value, why: 'no expression', at };
    }
  }
  return { e: 'value', value, at };
}

/** What is handed to `where`, `and_`, …: conditions, each of which has to hold. */
export function conjuncts(value: AbstractValue): Expr[] {
  const { at } = value;
  switch (value.kind) {
    case 'array': return value.items.flatMap((item) => conjuncts(item.value));
    case 'list': return conjuncts(value.of);
    case 'union': return [{ e: 'ways', of: value.of.map((c) => ({ exprs: conjuncts(c.value), truths: c.truths })), at }];
    case 'literal': return [{ e: value.value === true ? 'true' : 'false', at }];
    case 'client': return [exprOf(value)];
    case 'symbol':
      // `*conditions` of a list that branches filled differently.
      if (value.origin.kind === 'computed' && value.origin.op === 'spread') return value.origin.of.flatMap(conjuncts);
      return [{ e: 'unknown', value, why: 'conditions from elsewhere', at }];
    default: return [{ e: 'unknown', value, why: 'conditions from elsewhere', at }];
  }
}

export const droppedIn = (of: readonly Expr[]): readonly Dropped[] => {
  const found: Dropped[] = [];
  const work = [...of];
  for (let one = work.pop(); one; one = work.pop()) {
    if (one.dropped) found.push(...one.dropped);
    if (one.e === 'and' || one.e === 'or' || one.e === 'function') work.push(...one.of);
    else if (one.e === 'not') work.push(one.of);
    else if (one.e === 'ways') for (const way of one.of) work.push(...way.exprs);
    else if (one.e === 'related') work.push(...one.where);
    else if (one.e === 'compare') work.push(one.left, one.right);
  }
  return found;
};

const OPERATORS: Readonly<Record<string, CompareOp>> = { '=': '=', '<>': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const MIRRORED: Readonly<Record<string, CompareOp>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** `==`, `&`, `|`, `~` and arithmetic of columns. */
export function operator(op: string, left: AbstractValue, right: AbstractValue | undefined, context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  const operand = [left, right].find((v) => isOwn(v) && (stateOf(v).is === 'expr' || stateOf(v).is === 'entity' || stateOf(v).is === 'statement'));
  if (!operand) return undefined;
  const a = exprOf(left);
  if (right === undefined) {
    if (op === 'invert') return expression({ e: 'not', of: a, at }, at);
    // `not column`: Python asks for the truth of the expression, and hands on a constant.
    if (op === 'not' && isOwn(left) && stateOf(left).is === 'expr') return isCondition(a) ? expression({ e: isEquality(a) ? 'true' : 'false', at, dropped: [{ by: 'not', at, lost: a.at }] }, at) : { kind: 'literal', value: false, at };
    return op === 'minus' ? expression({ e: 'function', name: op, of: [a], at }, at) : undefined;
  }
  const b = exprOf(right);
  if (op === '&') return expression({ e: 'and', of: [a, b], at }, at);
  if (op === '|') return expression({ e: 'or', of: [a, b], at }, at);
  const compared = OPERATORS[op];
  if (compared) {
    const [first, second, way] = a.e === 'value' ? [b, a, MIRRORED[op] ?? compared] : [a, b, compared];
    return expression({ e: 'compare', op: way, left: first, right: second, at }, at);
  }
  if (op === 'in' || op === 'not in') return undefined;
  return expression({ e: 'function', name: op, of: [a, b], at }, at);
}

const isCondition = (of: Expr): boolean => of.e === 'compare' || of.e === 'and' || of.e === 'or' || of.e === 'not' || of.e === 'exists' || of.e === 'related' || of.e === 'true' || of.e === 'false';
const isEquality = (of: Expr): boolean => of.e === 'compare' && of.op === '=';

/**
 * `a and b` between conditions: Python asks whether `a` is true and hands on one of the two. Of `x == y` that is
 * whether both sides are the same object, which they are not; of `x != y` the opposite. Others raise.
 */
export function logical(op: 'and' | 'or', left: AbstractValue, right: AbstractValue, context: ClientContext): AbstractValue | undefined {
  if (!isOwn(left) || stateOf(left).is !== 'expr') return undefined;
  const a = exprOf(left);
  if (a.e !== 'compare' || (a.op !== '=' && a.op !== '<>')) return isCondition(a) && isOwn(right) ? expression({ ...exprOf(right), dropped: [{ by: op, at: context.at, lost: left.at }] }, context.at) : undefined;
  const truth = a.op === '<>';
  const keepsLeft = op === 'and' ? !truth : truth;
  const kept = keepsLeft ? a : exprOf(right);
  const lost: Dropped = { by: op, at: context.at, lost: keepsLeft ? right.at : left.at };
  if (!keepsLeft && !isOwn(right)) return right;
  return expression({ ...kept, dropped: [...(kept.dropped ?? []), lost] }, context.at);
}

const LIKE = new Set(['like', 'ilike', 'notlike', 'not_like', 'notilike', 'not_ilike', 'contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith', 'between', 'match', 'regexp_match', 'op', 'bool_op', 'contained_by', 'has_key', 'has_any', 'has_all', 'overlap', 'path_exists', 'path_match', 'concat', 'distance', 'any', 'all', 'any_', 'all_', 'collate', 'bitwise_and']);
const SAME = new Set(['desc', 'asc', 'nullsfirst', 'nullslast', 'nulls_first', 'nulls_last', 'label', 'cast', 'type_coerce', 'self_group', 'distinct', 'over', 'filter', 'within_group', 'unique_params', 'of_type', 'and_', 'scalar_subquery', 'with_variant']);

/** A method of a column or of another expression. */
export function exprMethod(of: Expr, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const { at } = context;
  const [first] = positionalOf(args);
  const compare = (op: CompareOp, right: AbstractValue): AbstractValue => expression({ e: 'compare', op, left: of, right: exprOf(right), at }, at);
  switch (name) {
    case 'in_': return first ? compare('in', first) : expression({ e: 'false', at }, at);
    case 'not_in': case 'notin_': return first ? compare('not-in', first) : expression({ e: 'true', at }, at);
    case 'is_': case '__eq__': return first ? compare('=', first) : expression({ e: 'unknown', value: { kind: 'undefined', at }, why: name, at }, at);
    case 'is_not': case 'isnot': case '__ne__': return first ? compare('<>', first) : expression({ e: 'unknown', value: { kind: 'undefined', at }, why: name, at }, at);
    case 'is_distinct_from': return expression({ e: 'function', name, of: [of], at }, at);
    case 'is_not_distinct_from': return first ? compare('=', first) : expression({ e: 'function', name, of: [of], at }, at);
    case 'label': return expression(of, at, first ? constantText(first) : undefined);
    case 'any': case 'has':
      if (of.e === 'relation') return expression({ e: 'related', entity: of.entity, field: of.field, where: [...positionalOf(args).flatMap(conjuncts), ...relatedBy(of, args)], at }, at);
      return expression({ e: 'function', name, of: [of, ...positionalOf(args).map(exprOf)], at }, at);
    default:
      if (LIKE.has(name)) return expression({ e: 'function', name, of: [of, ...positionalOf(args).map(exprOf)], at }, at);
      if (SAME.has(name)) return expression(of.e === 'function' || name === 'cast' ? { e: 'function', name, of: [of], at } : of, at);
      return expression({ e: 'function', name, of: [of, ...positionalOf(args).map(exprOf)], at }, at);
  }
}

/** `Project.tenant.has(id=…)`: fields of the row at the other end. Their entity is filled in where the relation is followed. */
function relatedBy(of: Extract<Expr, { e: 'relation' }>, args: readonly AbstractValue[]): Expr[] {
  const entity: Entity = { key: `${of.entity.key}.${of.field}`, of: { kind: 'model', name: '' } };
  return namedOf(args).flatMap((e): Expr[] => (e.kind === 'property' ? [{ e: 'compare', op: '=', left: { e: 'column', entity, field: e.name, at: e.nameAt }, right: exprOf(e.value), at: e.nameAt }] : [{ e: 'unknown', value: e.kind === 'spread' ? e.of : e.value, why: 'conditions from elsewhere', at: e.at }]));
}

/** `func.count(…)`, `and_(…)`, `exists(…)`: functions of the package that make expressions. */
export function made(name: string, args: readonly AbstractValue[], at: Span): AbstractValue | undefined {
  const positional = positionalOf(args);
  const [first] = positional;
  switch (name) {
    case 'and_': return expression({ e: 'and', of: positional.flatMap(conjuncts), at }, at);
    case 'or_': return expression({ e: 'or', of: positional.flatMap(disjuncts), at }, at);
    case 'not_': return first ? expression({ e: 'not', of: exprOf(first), at }, at) : undefined;
    case 'true': case 'false': return expression({ e: name, at }, at);
    case 'null': return expression({ e: 'value', value: { kind: 'literal', value: null, at }, at }, at);
    case 'literal': case 'bindparam': case 'col': case 'column_property': case 'foreign': case 'remote': case 'any_': case 'all_': case 'desc': case 'asc': case 'distinct': case 'type_coerce': case 'nulls_last': case 'nullslast': case 'nullsfirst':
      if (name === 'literal' || name === 'bindparam') return first ? expression({ e: 'value', value: first, at }, at) : undefined;
      return first ? (isOwn(first) ? first : expression(exprOf(first), at)) : undefined;
    case 'cast': case 'case': case 'extract': case 'literal_column': case 'tuple_': case 'between': case 'collate': case 'within_group': case 'over': case 'column': case 'coalesce':
      return expression({ e: 'function', name, of: mentioned(positional), at }, at);
    default: return undefined;
  }
}

/** `or_(*conditions)`: alternatives, any of which is enough. */
function disjuncts(value: AbstractValue): Expr[] {
  if (value.kind === 'array') return value.items.flatMap((item) => disjuncts(item.value));
  if (value.kind === 'list') return disjuncts(value.of);
  if (value.kind === 'symbol' && value.origin.kind === 'computed' && value.origin.op === 'spread') return value.origin.of.flatMap(disjuncts);
  if (value.kind === 'union') return cases(value).map((c) => ({ e: 'and', of: conjuncts(c.value), at: c.value.at }));
  return conjuncts(value);
}

/** What the arguments of a function mention, tuples of a `case` included. */
export function mentioned(values: readonly AbstractValue[]): Expr[] {
  return values.flatMap((v): Expr[] => (v.kind === 'array' ? mentioned(v.items.map((i) => i.value)) : v.kind === 'object' ? [] : [exprOf(v)]));
}

export const entityOf = (state: State): Entity | undefined => (state.is === 'entity' ? state.entity : undefined);
