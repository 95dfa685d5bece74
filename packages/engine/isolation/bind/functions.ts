import type { Formula, Routine, SqlExpr } from '@tenantlint/model';
import { and, complement, FALSE, or, TRUE } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import { isPure } from './builtin.ts';
import { elementsOf } from './elements.ts';
import { identityOf } from './identity.ts';
import type { Output, Result } from './routine.ts';
import { openRoutine, pickRoutine } from './routine.ts';
import type { Branch, Meaning, Scope } from './scope.ts';
import { resolve } from './scope.ts';
import type { FromRow } from './select.ts';
import { bindSelect, openRow } from './select.ts';
import { comparison, compareMeanings, nullness, scopeParam, truth } from './truth.ts';
import { valuesOf } from './values.ts';

type Call = Extract<SqlExpr, { kind: 'call' }>;

/** The values of an expression that has several, or rows of its own; undefined for one that is a single term. */
export function openBranches(b: Bind, expr: SqlExpr, scope: Scope): readonly Branch[] | undefined {
  switch (expr.kind) {
    // These bring no rows: what they stand for is found as fast as it is remembered.
    case 'column': case 'param': case 'cast': return open(b, expr, scope);
    case 'scalar': case 'case': case 'coalesce': case 'nullif': case 'call': break;
    default: return undefined;
  }
  let byScope = b.memo.get(expr);
  if (byScope === undefined) b.memo.set(expr, (byScope = new Map<Scope, readonly Branch[] | undefined>()));
  if (byScope.has(scope)) return byScope.get(scope);
  const found = open(b, expr, scope);
  byScope.set(scope, found);
  return found;
}

function open(b: Bind, expr: SqlExpr, scope: Scope): readonly Branch[] | undefined {
  switch (expr.kind) {
    case 'scalar': return bindSelect(b, expr.select, scope).flatMap((one) => (one.targets[0] === undefined ? [] : [{ rows: one.rows, when: one.where, of: one.targets[0].meaning }]));
    case 'cast': return openBranches(b, expr.of, scope);
    case 'column': return indirect(resolve(expr.path, scope, expr.at)?.meaning);
    case 'param': return indirect(scopeParam(expr.index, scope));
    case 'case': return openCase(b, expr, scope);
    case 'coalesce': {
      const out: Branch[] = [];
      let before: Formula = TRUE;
      for (const part of expr.of) {
        out.push({ rows: [], when: before, of: { kind: 'expr', expr: part, scope } });
        before = and([before, nullness(b, part, scope)]);
        if (before.kind === 'false') break;
      }
      return out;
    }
    case 'nullif': return [{ rows: [], when: complement(comparison(b, '=', expr.left, expr.right, scope, expr.at)), of: { kind: 'expr', expr: expr.left, scope } }];
    case 'call': return openCall(b, expr, scope);
    default: return undefined;
  }
}

function indirect(meaning: Meaning | undefined): readonly Branch[] | undefined {
  return meaning === undefined || meaning.kind === 'term' || meaning.kind === 'row' ? undefined : meaning.kind === 'branches' ? meaning.of : [{ rows: [], when: TRUE, of: meaning }];
}

function openCase(b: Bind, expr: Extract<SqlExpr, { kind: 'case' }>, scope: Scope): readonly Branch[] {
  const out: Branch[] = [];
  let before: Formula = TRUE;
  for (const { when, then } of expr.whens) {
    const test = expr.of === undefined ? truth(b, when, scope, true) : comparison(b, '=', expr.of, when, scope, when.at);
    out.push({ rows: [], when: and([before, test]), of: { kind: 'expr', expr: then, scope } });
    before = and([before, complement(test)]);
  }
  if (expr.otherwise !== undefined) out.push({ rows: [], when: before, of: { kind: 'expr', expr: expr.otherwise, scope } });
  return out.filter((branch) => branch.when.kind !== 'false');
}

function openCall(b: Bind, call: Call, scope: Scope): readonly Branch[] | undefined {
  if (identityOf(b, call) !== undefined) return undefined;
  const first = call.args[0];
  if (/^(unnest|jsonb?_array_elements(_text)?|string_to_table|regexp_split_to_table)$/.test(call.name.name) && first !== undefined) return elementsOf(b, first, scope);
  const routine = pickRoutine(b, call, scope);
  if (routine === undefined) return undefined;
  const results = openRoutine(b, routine, call, scope);
  return results?.flatMap((result) => (result.outputs[0] === undefined ? [] : [{ rows: result.rows, when: result.when, of: result.outputs[0].meaning }]));
}

/** A function in FROM, as the rows that it returns. */
export function functionSource(b: Bind, expr: SqlExpr, alias: string | undefined, columns: readonly string[] | undefined, scope: Scope): readonly FromRow[] {
  if (expr.kind !== 'call') return [openRow(alias ?? '')];
  const name = alias ?? expr.name.name;
  const first = expr.args[0];
  if (/^(unnest|jsonb?_array_elements(_text)?)$/.test(expr.name.name) && first !== undefined) {
    const column = columns?.[0] ?? (expr.name.name === 'unnest' ? name : 'value');
    return elementsOf(b, first, scope).map((one) => source(name, [{ name: column, meaning: one.of }], one.rows, one.when, columns));
  }
  const routine = identityOf(b, expr) === undefined ? pickRoutine(b, expr, scope) : undefined;
  if (routine === undefined) {
    const term = valuesOf(b, { kind: 'expr', expr, scope });
    return term.map((one) => source(name, [{ name: columns?.[0] ?? name, meaning: { kind: 'term', term: one.term } }], one.rows, one.when, columns));
  }
  const results = openRoutine(b, routine, expr, scope);
  if (results === undefined) return [openRow(name)];
  return results.map((one) => source(name, named(one, routine, name), one.rows, one.when, columns));
}

function named(result: Result, routine: Routine, alias: string): readonly Output[] {
  const outs = routine.args.filter((arg) => arg.mode === 'out' || arg.mode === 'table' || arg.mode === 'inout');
  if (outs.length > 0) return result.outputs.map((output, index) => ({ ...output, name: outs[index]?.name ?? output.name }));
  return result.outputs.length === 1 && result.outputs[0] !== undefined ? [{ ...result.outputs[0], name: alias }, result.outputs[0]] : result.outputs;
}

function source(alias: string, outputs: readonly Output[], rows: Result['rows'], where: Formula, columns: readonly string[] | undefined): FromRow {
  const map = new Map<string, Meaning>();
  outputs.forEach((output, index) => {
    const name = columns?.[index] ?? output.name;
    if (name !== undefined && !map.has(name)) map.set(name, output.meaning);
  });
  return { rows, where, sources: [{ kind: 'derived', alias, columns: map, open: false }] };
}

/** A call that neither a body nor a word of configuration explains. */
export function unknownCall(b: Bind, call: Call, scope: Scope): boolean {
  return identityOf(b, call) === undefined && (pickRoutine(b, call, scope) !== undefined || !isPure(call.name));
}

/** `is_member(org_id)` as the configuration declares it: the argument is one of the caller's tenants. */
export function memberCall(b: Bind, call: Call, scope: Scope): Formula | undefined {
  const full = call.name.schema === undefined ? call.name.name : `${call.name.schema}.${call.name.name}`;
  if (!b.world.helpers.isMember.has(call.name.name) && !b.world.helpers.isMember.has(full)) return undefined;
  const parts: Formula[] = [];
  for (const arg of call.args) {
    for (const value of valuesOf(b, { kind: 'expr', expr: arg, scope })) {
      if (value.term.kind !== 'column' || value.rows.length > 0) continue;
      // Each call is a tenant of its own: a user may be a member of several.
      const tenant: Meaning = { kind: 'term', term: { kind: 'value', value: { kind: 'tenant', from: `${full}(${b.element()})` }, at: call.at } };
      parts.push(compareMeanings(b, '=', { kind: 'term', term: value.term }, tenant, call.at));
    }
  }
  const named = parts.filter((part) => part.kind === 'compare' && part.left.kind === 'column' && b.world.tenantColumns.has(part.left.column));
  const chosen = named[0] ?? parts[0];
  return chosen ?? (call.args.length === 0 ? or([FALSE]) : undefined);
}

