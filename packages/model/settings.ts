import type { Formula, Term } from './formula.ts';
import type { Facts } from './rule.ts';
import type { Span } from './span.ts';

/** Settings of the connection that policies ask for, with the places where they do; those that an API fills are not the code's. */
export function settingsRead(facts: Facts): ReadonlyMap<string, readonly Span[]> {
  const known = read.get(facts);
  if (known) return known;
  const found = new Map<string, Span[]>();
  const term = (t: Term): void => {
    if (t.kind === 'apply') for (const part of t.of) term(part);
    if (t.kind === 'value' && t.value.kind === 'setting' && t.value.name.includes('.') && !t.value.name.startsWith('request.')) found.set(t.value.name, [...(found.get(t.value.name) ?? []), t.at]);
  };
  for (const table of facts.schema.tables.values()) {
    for (const policy of table.policies.values()) {
      if (policy.createdIn < 0) continue;
      for (const side of ['using', 'check'] as const) {
        const formula = facts.formula(table, policy, side);
        if (formula) terms(formula, term);
      }
    }
  }
  read.set(facts, found);
  return found;
}
const read = new WeakMap<Facts, ReadonlyMap<string, readonly Span[]>>();

/** Settings that functions of the database make. */
export function settingsMade(facts: Facts): ReadonlySet<string> {
  const found = new Set<string>();
  for (const routine of facts.schema.functions.values()) {
    for (const match of (routine.body?.text ?? '').matchAll(/set_config\s*\(\s*'([\w.]+)'|\bset\s+(?:local\s+|session\s+)?(\w+\.\w+)\s*(?:=|to\b)/gi)) found.add(match[1] ?? match[2] ?? '');
  }
  return found;
}

function terms(of: Formula, visit: (term: Term) => void): void {
  const work: Formula[] = [of];
  for (let part = work.pop(); part; part = work.pop()) {
    switch (part.kind) {
      case 'and': case 'or': work.push(...part.of); break;
      case 'not': work.push(part.of); break;
      case 'exists': work.push(part.where); break;
      case 'compare': visit(part.left); visit(part.right); break;
      case 'null': visit(part.of); break;
      default:
    }
  }
}
