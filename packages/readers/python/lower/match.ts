import type { Code, CodeStatement } from '@tenantlint/model';
import { child, childrenOf, type PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';
import { dotted } from './types.ts';

/** What a pattern asks of its subject, and the names that it gives to parts of it. */
interface Pattern {
  /** Undefined: it always fits. */
  readonly test: Code | undefined;
  readonly names: readonly { readonly name: string; readonly value: Code }[];
}

/** `match` is a chain of conditions, each case's names declared in its branch. */
export function lowerMatch(low: Lowering, node: PyNode): CodeStatement[] {
  const at = low.at(node);
  const subjects = childrenOf(node, 'subject').map((s) => low.code(s));
  const [first] = subjects;
  if (!first) return [];
  const of: Code = subjects.length === 1 ? first : { kind: 'array', items: subjects.map((value) => ({ value, spread: false })), at: first.at };
  const simple = of.kind === 'name' || of.kind === 'member' || of.kind === 'this';
  // No identifier can be spelled so.
  const subject: Code = simple ? of : { kind: 'name', name: `*match*${at.start}`, at: of.at };
  const clauses = (child(node, 'body')?.children ?? node.children).filter((c) => c.type === 'case_clause');
  let chain: CodeStatement[] = [];
  for (const clause of clauses.reverse()) {
    const patterns = clause.children.filter((c) => c.type === 'case_pattern');
    const [only] = patterns;
    const whole = patterns.length === 1 && only ? pattern(low, only, subject) : { test: unreadable(low, clause, 'sequence pattern'), names: [] };
    const guard = child(clause, 'guard')?.children[0];
    const tests = [whole.test, guard && low.code(guard)].filter((t) => t !== undefined);
    const body: CodeStatement[] = [
      ...whole.names.map(({ name, value }): CodeStatement => ({ kind: 'let', target: { kind: 'name', name, at: value.at }, value, constant: true, at: value.at })),
      ...low.block(child(clause, 'consequence')),
    ];
    const test = allOf(tests);
    chain = test ? [{ kind: 'if', test, then: body, otherwise: chain, at: low.at(clause) }] : body;
  }
  return simple ? chain : [{ kind: 'let', target: { kind: 'name', name: `*match*${at.start}`, at: of.at }, value: of, constant: true, at: of.at }, ...chain];
}

function pattern(low: Lowering, node: PyNode, subject: Code): Pattern {
  const at = low.at(node);
  const inner = node.type === 'case_pattern' ? node.children : [node];
  const [first] = inner;
  // The wildcard, a token of the grammar or no node at all.
  if (!first || first.type === '_' || (first.type === 'identifier' && first.text === '_')) return { test: undefined, names: [] };
  switch (first.type) {
    case 'dotted_name': case 'identifier': {
      const name = dotted(first) ?? '';
      if (!name.includes('.')) return name === '_' ? { test: undefined, names: [] } : { test: undefined, names: [{ name, value: { ...subject, at } }] };
      return { test: equals(subject, path(low, first), at), names: [] };
    }
    case 'union_pattern': {
      const options = first.children.filter((c) => c.type !== '|').map((c) => pattern(low, c, subject));
      const tests = options.map((o) => o.test);
      return { test: tests.every((t) => t !== undefined) ? anyOf(tests) : undefined, names: options[0]?.names ?? [] };
    }
    case 'as_pattern': {
      const [of] = first.children;
      const alias = child(first, 'alias')?.children[0] ?? first.children[1];
      const whole = of ? pattern(low, of, subject) : { test: undefined, names: [] };
      return alias?.type === 'identifier' ? { test: whole.test, names: [...whole.names, { name: alias.text, value: { ...subject, at: low.at(alias) } }] } : whole;
    }
    case 'class_pattern': {
      const [of, ...parts] = first.children;
      const type = of && path(low, of);
      const fields = parts.map((p) => (p.type === 'case_pattern' ? p.children[0] : p)).flatMap((p) => (p?.type === 'keyword_pattern' ? [p] : []));
      const inside = fields.map((f) => {
        const [name, value] = f.children;
        const member: Code = { kind: 'member', of: subject, name: name?.text ?? '', nameAt: low.at(name ?? f), optional: false, at: low.at(f) };
        return value ? pattern(low, value, member) : { test: undefined, names: [] };
      });
      const instance: Code | undefined = type && { kind: 'call', callee: { kind: 'name', name: 'isinstance', at }, args: [subject, type].map((value) => ({ value, spread: false })), construct: false, optional: false, at };
      return { test: allOf([instance, ...inside.map((i) => i.test)].filter((t) => t !== undefined)), names: inside.flatMap((i) => i.names) };
    }
    case 'string': case 'concatenated_string': case 'integer': case 'float': case 'true': case 'false': case 'none':
      return { test: equals(subject, low.code(first), at), names: [] };
    default: return { test: unreadable(low, node, first.type.replaceAll('_', ' ')), names: [] };
  }
}

function path(low: Lowering, node: PyNode): Code {
  const parts = node.type === 'identifier' ? [node] : node.children;
  const [first, ...rest] = parts;
  return rest.reduce<Code>((of, part) => ({ kind: 'member', of, name: part.text, nameAt: low.at(part), optional: false, at: low.span(of.at.start, part.end) }), first ? low.code(first) : unreadable(low, node, 'name'));
}

const equals = (left: Code, right: Code, at: Code['at']): Code => ({ kind: 'binary', op: '=', left, right, at });

const unreadable = (low: Lowering, node: PyNode, reason: string): Code => ({ kind: 'opaque', reason, at: low.at(node) });

function allOf(tests: readonly Code[]): Code | undefined {
  return tests.length === 0 ? undefined : tests.reduce((left, right) => ({ kind: 'logical', op: 'and', left, right, at: right.at }));
}

function anyOf(tests: readonly Code[]): Code | undefined {
  return tests.length === 0 ? undefined : tests.reduce((left, right) => ({ kind: 'logical', op: 'or', left, right, at: right.at }));
}
