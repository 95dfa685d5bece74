import { unknown, type CodeEntry, type ValueEntry } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names } from '../state.ts';

/** One entry of an object literal, or an attribute. */
export function entry(f: Flow, e: CodeEntry, names: Names): ValueEntry {
  if (e.kind === 'property') return { kind: 'property', name: e.name, nameAt: e.nameAt, value: f.evaluate(e.value, names) };
  if (e.kind === 'spread') return { kind: 'spread', of: f.evaluate(e.of, names), at: e.of.at };
  if (e.kind === 'accessor') return { kind: 'property', name: e.name, nameAt: e.fn.nameAt, value: unknown('accessor', e.fn.at) };
  const key = f.evaluate(e.key, names);
  const value = f.evaluate(e.value, names);
  if (key.kind === 'literal') return { kind: 'property', name: String(key.value), nameAt: e.key.at, value };
  return { kind: 'computed', key, value, at: e.key.at };
}
