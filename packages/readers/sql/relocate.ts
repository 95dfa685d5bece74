import type { Span } from '@tenantlint/model';

/** A copy of a reading with every place in it moved: of plain data, whatever has a file, a start and an end is a place. */
export function relocate<T>(value: T, move: (at: Span) => Span): T {
  return moved(value, move) as T;
}

function moved(value: unknown, move: (at: Span) => Span): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, move));
  if (isSpan(value)) return move(value);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = moved(item, move);
  return copy;
}

export function isSpan(value: object): value is Span {
  const { file, start, end } = value as { file?: unknown; start?: unknown; end?: unknown };
  return typeof file === 'string' && typeof start === 'number' && typeof end === 'number';
}
