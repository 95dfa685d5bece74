/** A name as SQL always understands it. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `app.users` → `"app"."users"`. */
export function qualified(name: string, schema?: string): string {
  return [...(schema === undefined ? [] : [schema]), ...name.split('.')].map(ident).join('.');
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function names(list: readonly string[]): string {
  return list.map(ident).join(', ');
}
