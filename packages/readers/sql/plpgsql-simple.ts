import type { PlStatement, SqlExpr } from '@tenantlint/model';
import { callOf, stringValue, type PlText } from './plpgsql-text.ts';
import type { Stretch } from './lower-select.ts';

/** A statement without statements inside; `first` is its first token. */
export function simple(text: PlText, first: number): PlStatement {
  switch (text.word) {
    case 'return':
      return returned(text, first);
    case 'raise':
      return raise(text, first);
    case 'execute':
      return execute(text, first);
    case 'perform':
      return perform(text, first);
    case 'call': {
      const stretch = text.until();
      const call = callOf(text, stretch);
      const at = text.place(stretch);
      return call === undefined ? { kind: 'opaque', reason: 'the call cannot be read', at } : { kind: 'call', call, into: [], at };
    }
    case 'exit':
    case 'continue':
      return jump(text, first, text.word);
    case 'assert': {
      text.expect('assert');
      const test = text.expression(',');
      text.until();
      return { kind: 'assert', test, at: text.e.between(first, text.i - 1) };
    }
    case 'get':
      return diagnostics(text, first);
    case 'commit':
    case 'rollback': {
      const verb = text.word === 'commit' ? 'commit' : 'rollback';
      return { kind: 'transaction', verb, at: text.place(text.until()) };
    }
    case 'open':
      return open(text, first);
    case 'fetch':
    case 'move':
    case 'close':
      return cursorMove(text);
    default:
      return sql(text);
  }
}

function returned(text: PlText, first: number): PlStatement {
  const at = (): PlStatement['at'] => text.e.between(first, text.i - 1);
  text.expect('return');
  if (text.take('query')) {
    if (text.take('execute')) {
      const source = text.expression('using');
      const using = text.take('using') ? text.expressions() : [];
      return { kind: 'return-query', sql: source, using, at: at() };
    }
    const { statement } = text.sql(text.until());
    return { kind: 'return-query', query: statement, using: [], at: at() };
  }
  const next = text.take('next') ? { next: true } : {};
  const value = text.is(';') ? {} : { value: text.expression() };
  return { kind: 'return', ...value, ...next, at: at() };
}

type Level = Extract<PlStatement, { kind: 'raise' }>['level'];
const LEVELS: ReadonlyMap<string, Level> = new Map(
  (['debug', 'log', 'info', 'notice', 'warning', 'exception'] as const).map((level) => [level, level]),
);

/** `RAISE [level] ['format' [, arguments] | condition | SQLSTATE 'code'] [USING option = value, …]` */
function raise(text: PlText, first: number): PlStatement {
  text.expect('raise');
  const named = LEVELS.get(text.word);
  if (named !== undefined) text.i++;
  let message: string | undefined;
  let condition: string | undefined;
  const args: SqlExpr[] = [];
  if (!text.is(';') && !text.is('using')) {
    message = stringValue(text.e.token(text.i));
    if (message !== undefined) {
      text.i++;
      if (text.take(',')) args.push(...text.expressions('using'));
    } else {
      condition = text.take('sqlstate') ? stringValue(text.e.token(text.i++)) : text.name();
    }
  }
  if (text.take('using')) {
    do {
      const option = text.name();
      if (!text.take('=')) text.expect(':=');
      const value = text.expression(',');
      const literal = value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
      if (option === 'message') message ??= literal;
      else if (option === 'errcode') condition ??= literal;
    } while (text.take(','));
  }
  return {
    kind: 'raise', level: named ?? 'exception', args, at: text.e.between(first, text.i - 1),
    ...(condition !== undefined && { condition }),
    ...(message !== undefined && { message }),
  };
}

/** INTO and USING may come in either order. */
function execute(text: PlText, first: number): PlStatement {
  text.expect('execute');
  const source = text.expression('into', 'using');
  let into: string[] = [];
  let strict = false;
  let using: SqlExpr[] = [];
  for (;;) {
    if (text.take('into')) {
      strict = text.take('strict');
      into = text.targets();
    } else if (text.take('using')) {
      using = text.expressions('into');
    } else {
      break;
    }
  }
  return { kind: 'execute', sql: source, into, strict, using, at: text.e.between(first, text.i - 1) };
}

function perform(text: PlText, first: number): PlStatement {
  const stretch = text.until();
  const { statement } = text.sql(stretch, undefined, ' SELECT');
  const at = text.e.between(first, stretch.last);
  if (statement.kind === 'select') return { kind: 'perform', select: statement, at };
  return { kind: 'opaque', reason: 'the query of PERFORM cannot be read', at };
}

function jump(text: PlText, first: number, kind: 'exit' | 'continue'): PlStatement {
  text.expect(kind);
  const label = text.is(';') || text.is('when') ? {} : { label: text.name() };
  const when = text.take('when') ? { when: text.expression() } : {};
  return { kind, ...label, ...when, at: text.e.between(first, text.i - 1) };
}

/** `GET [CURRENT | STACKED] DIAGNOSTICS v = item, …` */
function diagnostics(text: PlText, first: number): PlStatement {
  text.expect('get');
  if (!text.take('stacked')) text.take('current');
  text.expect('diagnostics');
  const targets: { target: string; item: string }[] = [];
  do {
    const target = text.target();
    if (!text.take(':=')) text.expect('=');
    targets.push({ target, item: text.name() });
  } while (text.take(','));
  return { kind: 'diagnostics', targets, at: text.e.between(first, text.i - 1) };
}

/** `OPEN c FOR query`, `OPEN c FOR EXECUTE text`, `OPEN c [(arguments)]`: runs a query whose rows come later. */
function open(text: PlText, first: number): PlStatement {
  text.expect('open');
  const name = text.target();
  if (!text.take('no', 'scroll')) text.take('scroll');
  if (text.take('for')) {
    if (text.take('execute')) {
      const source = text.expression('using');
      const using = text.take('using') ? text.expressions() : [];
      return { kind: 'execute', sql: source, into: [], strict: false, using, at: text.e.between(first, text.i - 1) };
    }
    const { statement, events } = text.sql(text.until());
    return { kind: 'sql', statement, events, into: [], strict: false, at: text.e.between(first, text.i - 1) };
  }
  text.until();
  const at = text.e.between(first, text.i - 1);
  const query = text.cursors.get(name);
  if (query === undefined) return { kind: 'opaque', reason: `the query of cursor ${name} is not known`, at };
  return { kind: 'sql', statement: query, events: [], into: [], strict: false, at };
}

/** What FETCH puts into its targets is not followed. */
function cursorMove(text: PlText): PlStatement {
  const stretch = text.until('into');
  const into = text.take('into') ? text.targets() : [];
  text.until();
  const at = text.e.between(stretch.first, text.i - 1);
  return { kind: 'sql', statement: { kind: 'other', text: text.e.slice(at), at }, events: [], into, strict: false, at };
}

/** Any SQL statement; its INTO clause names variables and is no SQL. */
function sql(text: PlText): PlStatement {
  const stretch = statementStretch(text);
  const into = intoClause(text, stretch);
  const { statement, events } = text.sql(stretch, into?.stretch);
  return { kind: 'sql', statement, events, into: into?.targets ?? [], strict: into?.strict === true, at: text.place(stretch) };
}

/** Up to the semicolon; those within BEGIN ATOMIC … END belong to the statement. */
function statementStretch(text: PlText): Stretch {
  const { e } = text;
  const stretch = text.until();
  const atomic = e.find(stretch.first, stretch.last, 'atomic');
  if (!e.is(stretch.first, 'create') || atomic >= stretch.last || !e.is(atomic - 1, 'begin')) return stretch;
  text.i = atomic + 1;
  for (let blocks = 1; blocks > 0 && !text.done; text.i++) {
    if (text.is('case')) blocks++;
    else if (text.is('end')) blocks--;
  }
  return { first: stretch.first, last: text.i - 1 };
}

interface Into {
  readonly stretch: Stretch;
  readonly targets: string[];
  readonly strict: boolean;
}

function intoClause(text: PlText, stretch: Stretch): Into | undefined {
  const { e } = text;
  if (e.is(stretch.first, 'import')) return undefined;
  for (let i = stretch.first + 1; i <= stretch.last; i++) {
    if (!e.is(i, 'into') || e.is(i - 1, 'insert') || e.is(i - 1, 'merge') || e.is(i - 1, '.')) continue;
    const after = text.i;
    text.i = i + 1;
    const strict = text.take('strict');
    const targets = text.targets();
    const last = text.i - 1;
    text.i = after;
    return { stretch: { first: i, last }, targets, strict };
  }
  return undefined;
}
