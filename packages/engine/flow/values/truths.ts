import type { Truth } from '@tenantlint/model';

/** All of both, each once: what is true of an alternative is often known of the whole already. The later ones stay last. */
export function both(earlier: readonly Truth[], later: readonly Truth[]): readonly Truth[] {
  if (earlier.length === 0) return later;
  if (later.length === 0) return earlier;
  const found: Truth[] = [];
  for (const truth of earlier) if (!later.includes(truth)) found.push(truth);
  if (found.length === 0) return later;
  found.push(...later);
  return found;
}
