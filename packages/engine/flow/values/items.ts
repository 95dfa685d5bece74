import type { AbstractValue } from '@tenantlint/model';

/** The elements of an array or list, spreads of known arrays opened; undefined where they cannot be told. A list gives the one that stands for all. */
export function itemsOf(of: AbstractValue): readonly AbstractValue[] | undefined {
  if (of.kind === 'list') return [of.of];
  if (of.kind !== 'array') return undefined;
  const items: AbstractValue[] = [];
  for (const item of of.items) {
    if (!item.spread) items.push(item.value);
    else {
      const inner = item.value.kind === 'union' ? undefined : itemsOf(item.value);
      if (!inner) return undefined;
      items.push(...inner);
    }
  }
  return items;
}
