import { constantText, unknown, type AbstractValue, type ClientContext, type Query, type SqlText, type ValueOf } from '@tenantlint/model';

/** A piece of SQL made with Prisma.sql, Prisma.raw, Prisma.join or Prisma.empty. */
export interface SqlPiece {
  readonly is: 'sql';
  readonly text: SqlText;
}

export const sqlState = (text: SqlText): { readonly is: 'sql'; readonly text: SqlText } => ({ is: 'sql', text });

/** A tagged template: holes are bound parameters, pieces of SQL are spliced in. */
export function fromTemplate(text: ValueOf<'text'>): SqlText {
  const texts: SqlText['texts'][number][] = [];
  const holes: SqlText['holes'][number][] = [];
  let current: SqlText['texts'][number] | undefined;
  for (const [i, part] of text.texts.entries()) {
    // After a piece of SQL the text goes on where the piece ended.
    current = current ? { ...current, text: current.text + part, verbatim: false } : { text: part, at: text.places?.[i] ?? text.at, verbatim: text.places !== undefined };
    const hole = text.values[i];
    if (!hole) continue;
    const piece = pieceOf(hole);
    if (!piece) {
      texts.push(current);
      holes.push({ value: hole, bound: true });
      current = undefined;
      continue;
    }
    for (const [n, inner] of piece.texts.entries()) {
      if (n === 0) current = { ...current, text: current.text + inner.text, verbatim: false };
      else {
        texts.push(current);
        current = { ...inner, verbatim: false };
      }
    }
    holes.push(...piece.holes);
  }
  texts.push(current ?? { text: '', at: text.at, verbatim: false });
  return { texts, holes, unsafe: false };
}

function pieceOf(value: AbstractValue): SqlText | undefined {
  return value.kind === 'client' && value.state['is'] === 'sql' ? (value.state as unknown as SqlPiece).text : undefined;
}

/** `$queryRawUnsafe(text, ...values)`: constant text is read like any other, its numbered holes are the arguments. */
export function fromArguments(args: readonly AbstractValue[], context: ClientContext): SqlText {
  const [first, ...values] = args;
  const constant = first && constantText(first);
  if (first && constant !== undefined) {
    const parts = constant.split(/\$\d+\b/);
    const numbers = [...constant.matchAll(/\$(\d+)\b/g)].map((m) => Number(m[1]));
    return {
      texts: parts.map((text) => ({ text, at: first.at, verbatim: false })),
      holes: numbers.map((n) => ({ value: values[n - 1] ?? unknown('missing argument', context.at), bound: true })),
      unsafe: false,
    };
  }
  if (first?.kind === 'text') {
    return { texts: first.texts.map((text, i) => ({ text, at: first.places?.[i] ?? first.at, verbatim: false })), holes: first.values.map((value) => ({ value, bound: false })), unsafe: true };
  }
  return { texts: [{ text: '', at: context.at, verbatim: false }, { text: '', at: context.at, verbatim: false }], holes: [{ value: first ?? unknown('no SQL', context.at), bound: false }], unsafe: true };
}

export function rawQuery(sql: SqlText, operation: string, transaction: boolean, context: ClientContext): Query {
  return {
    client: 'prisma', clientKind: 'plain', table: { kind: 'unknown', why: 'SQL' }, verb: 'call', operation, at: context.nameAt,
    condition: { kind: 'all', of: [] }, inserts: [], changes: [], includes: [], result: operation.startsWith('$query') ? 'rows' : 'void',
    selects: undefined, orders: [], limited: true, transaction,
    // Typed SQL stands in a file of its own, and takes parameters only.
    sql: operation === '$queryRawTyped' ? { ...sql, holes: sql.holes.map((hole) => ({ ...hole, bound: true })), unsafe: false } : sql,
  };
}
