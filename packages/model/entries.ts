import type { Span } from './span.ts';
import { cases, type AbstractValue, type Truth, type ValueCase, type ValueEntry, type ValueOf } from './value.ts';

/** An object as its receiver sees it: one value a name, whatever was written before it. */
export interface Settled {
  readonly fields: readonly SettledField[];
  /** Spreads and computed keys whose names could not be told. */
  readonly opaque: readonly Opaque[];
}

export interface SettledField {
  readonly name: string;
  readonly at: Span;
  /** An `undefined` case where a branch of the program leaves the name out. */
  readonly value: AbstractValue;
  /** A later spread of unknown content, which may bring the same name. */
  readonly overwrittenBy: Opaque | undefined;
  /** An earlier entry of the same name, which this one replaced. */
  readonly replaces: Span | undefined;
}

export interface Opaque {
  readonly of: AbstractValue;
  readonly at: Span;
}

interface Part {
  readonly at: Span;
  /** A case without value leaves the name as it was before. */
  readonly cases: readonly { readonly value: AbstractValue | undefined; readonly truths: readonly Truth[] }[];
  readonly overwrittenBy: Opaque | undefined;
  readonly replaces: Span | undefined;
}

/** Applies the entries in order: later ones replace, spreads bring what is known of them. */
export function settle(of: ValueOf<'object'>): Settled {
  const parts = new Map<string, Part>();
  const opaque: Opaque[] = [];
  add(of.entries, parts, opaque);
  const fields = [...parts].map(([name, part]): SettledField => {
    const [only] = part.cases;
    const value: AbstractValue = part.cases.length === 1 && only?.value && only.truths.length === 0
      ? only.value
      : { kind: 'union', of: part.cases.flatMap((c): readonly ValueCase[] => (c.value ? cases(c.value).map((inner) => ({ value: inner.value, truths: c.truths.length > 0 ? [...c.truths, ...inner.truths] : inner.truths })) : [{ value: { kind: 'undefined', at: part.at }, truths: c.truths }])), at: part.at };
    return { name, at: part.at, value, overwrittenBy: part.overwrittenBy, replaces: part.replaces };
  });
  return { fields, opaque };
}

function add(entries: readonly ValueEntry[], parts: Map<string, Part>, opaque: Opaque[]): void {
  for (const entry of entries) {
    if (entry.kind === 'property') set(parts, entry.name, entry.nameAt, entry.value);
    else if (entry.kind === 'computed') {
      const constant = entry.key.kind === 'literal' ? String(entry.key.value) : undefined;
      if (constant !== undefined) set(parts, constant, entry.at, entry.value);
      else clobber(parts, opaque, { of: entry.value, at: entry.at });
    } else spread(entry.of, entry.at, parts, opaque);
  }
}

function set(parts: Map<string, Part>, name: string, at: Span, value: AbstractValue): void {
  const before = parts.get(name);
  // Names keep the place of their last writer in order: remove first.
  parts.delete(name);
  parts.set(name, { at, cases: [{ value, truths: [] }], overwrittenBy: undefined, replaces: before?.at });
}

function clobber(parts: Map<string, Part>, opaque: Opaque[], by: Opaque): void {
  for (const [name, part] of parts) parts.set(name, { ...part, overwrittenBy: by });
  opaque.push(by);
}

function spread(of: AbstractValue, at: Span, parts: Map<string, Part>, opaque: Opaque[]): void {
  switch (of.kind) {
    case 'undefined': case 'literal': case 'test': return;
    case 'object': return add(of.entries, parts, opaque);
    case 'instance': return add(of.fields, parts, opaque);
    case 'union': {
      const ways = of.of.map((one) => {
        const inside = new Map<string, Part>();
        const unknown: Opaque[] = [];
        spread(one.value, at, inside, unknown);
        return { inside, unknown, truths: one.truths };
      });
      const names = new Set(ways.flatMap((w) => [...w.inside.keys()]));
      for (const name of names) {
        const before = parts.get(name);
        const merged = ways.flatMap(({ inside, truths }): Part['cases'] => {
          const part = inside.get(name);
          if (!part) return (before?.cases ?? [{ value: undefined, truths: [] }]).map((c) => ({ value: c.value, truths: [...truths, ...c.truths] }));
          return part.cases.map((c) => ({ value: c.value, truths: [...truths, ...c.truths] }));
        });
        const first = ways.flatMap((w) => w.inside.get(name) ?? [])[0];
        parts.delete(name);
        parts.set(name, { at: first?.at ?? at, cases: merged, overwrittenBy: before?.overwrittenBy ?? first?.overwrittenBy, replaces: before?.at });
      }
      const [unknown] = ways.flatMap((w) => w.unknown);
      if (unknown) clobber(parts, opaque, unknown);
      return;
    }
    default: return clobber(parts, opaque, { of, at });
  }
}
