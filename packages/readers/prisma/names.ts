/** Bytes that Postgres keeps of a name. */
const LIMIT = 63;

/** `invoice_lines_tenantId_status_idx`: table, columns and suffix, the front cut so that the suffix survives. */
export function indexName(table: string, columns: readonly string[], suffix: 'key' | 'idx' | 'fkey'): string {
  return withSuffix([table, ...columns].join('_'), `_${suffix}`);
}

export function primaryKeyName(table: string): string {
  return withSuffix(table, '_pkey');
}

/** The table of an implicit many-to-many relation. */
export function joinTableName(relation: string): string {
  return `_${relation}`;
}

export function withSuffix(name: string, suffix: string): string {
  return cut(name, LIMIT - suffix.length) + suffix;
}

/** The longest start of a name that has at most `bytes` bytes and no half character. */
function cut(name: string, bytes: number): string {
  if (name.length * 3 <= bytes || Buffer.byteLength(name) <= bytes) return name;
  let used = 0;
  let end = 0;
  for (const char of name) {
    used += Buffer.byteLength(char);
    if (used > bytes) break;
    end += char.length;
  }
  return name.slice(0, end);
}
