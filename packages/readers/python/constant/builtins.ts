import type { Span } from '@tenantlint/model';
import { elementsOf, member } from './evaluate.ts';
import type { Interpreter } from './interpreter.ts';
import { fileText } from './methods.ts';
import { joinPath } from './operators.ts';
import { plainText, printed, quoted, slice } from './text.ts';
import { argument, bool, equal, listOf, none, NO_ARGS, textOf, truthOf, type Args, type Value } from './values.ts';

/** Functions of Python and its library whose result constants tell. Undefined: the call stays what it is. */
export function callBuiltin(run: Interpreter, path: string, args: Args, at: Span): Value | undefined {
  const [first, second] = args.positional;
  const elements = first && (first.kind === 'list' || first.kind === 'dict' || first.kind === 'class') ? elementsOf(run, first) : undefined;
  switch (path) {
    case 'builtins.list': case 'builtins.tuple': case 'builtins.set': case 'builtins.frozenset': case 'builtins.sorted': case 'builtins.iter': {
      const form = path.endsWith('tuple') ? 'tuple' : path.endsWith('set') ? 'set' : 'list';
      if (!first) return listOf([], at, form);
      if (!elements) return undefined;
      return path === 'builtins.sorted' ? sorted(elements.known, elements.open, at) : listOf(form === 'set' ? distinct(elements.known) : elements.known, at, form, elements.open);
    }
    case 'builtins.reversed': return elements ? listOf([...elements.known].reverse(), at, 'list', elements.open) : undefined;
    case 'builtins.enumerate': {
      const start = argument(args, 'start', 1);
      const base = start?.kind === 'number' ? start.value : 0;
      return elements ? listOf(elements.known.map((e, i) => listOf([{ kind: 'number', value: base + i, at }, e], at, 'tuple')), at, 'list', elements.open) : undefined;
    }
    case 'builtins.zip': {
      const lists = args.positional.map((a) => elementsOf(run, a));
      if (lists.some((l) => l.open)) return undefined;
      const length = Math.min(...lists.map((l) => l.known.length));
      return listOf(Array.from({ length }, (_, i) => listOf(lists.flatMap((l) => l.known[i] ?? []), at, 'tuple')), at);
    }
    case 'builtins.range': {
      const numbers = args.positional.map((a) => (a.kind === 'number' ? a.value : undefined));
      if (numbers.some((n) => n === undefined || !Number.isSafeInteger(n))) return undefined;
      const [a = 0, b, step = 1] = numbers;
      const [from, to] = b === undefined ? [0, a] : [a, b];
      const count = Math.min(10_000, Math.max(0, Math.ceil((to - from) / (step === 0 ? 1 : step))));
      run.fuel -= count;
      return listOf(Array.from({ length: count }, (_, i) => ({ kind: 'number', value: from + i * step, at }) as const), at);
    }
    case 'builtins.len': {
      const text = textOf(first);
      if (text !== undefined) return { kind: 'number', value: text.length, at };
      return elements && !elements.open ? { kind: 'number', value: elements.known.length, at } : undefined;
    }
    case 'builtins.dict': return dict(run, args, at);
    case 'builtins.str': return first ? printed(first) : plainText('', at);
    case 'builtins.repr': return first ? quoted(first) : undefined;
    case 'builtins.int': {
      const text = textOf(first);
      return text !== undefined && /^-?\d+$/.test(text) ? { kind: 'number', value: Number(text), at } : first?.kind === 'number' ? { ...first, value: Math.trunc(first.value) } : undefined;
    }
    case 'builtins.bool': {
      const truth = first ? truthOf(first) : false;
      return truth === undefined ? undefined : bool(truth, at);
    }
    case 'builtins.format': return second && textOf(second) === '' && first ? printed(first) : undefined;
    case 'builtins.map': return first && second ? mapOver(run, first, second, at) : undefined;
    case 'builtins.any': case 'builtins.all': {
      const truths = elements && !elements.open ? elements.known.map(truthOf) : undefined;
      if (!truths || truths.includes(undefined)) return undefined;
      return bool(path === 'builtins.any' ? truths.includes(true) : !truths.includes(false), at);
    }
    case 'builtins.getattr': {
      const name = textOf(second);
      return first && name !== undefined ? member(run, first, name, { ...at, end: at.start + name.length }, at) : undefined;
    }
    case 'builtins.print': return none(at);
    case 'builtins.open': case 'io.open': case 'codecs.open': {
      const name = textOf(first);
      if (first?.kind === 'path') return first;
      return name === undefined ? undefined : { kind: 'path', path: joinPath('', name), at };
    }
    case 'pathlib.Path': case 'pathlib.PurePath': {
      if (first?.kind === 'path') return first;
      const parts = args.positional.map(textOf);
      return parts.every((p) => p !== undefined) ? { kind: 'path', path: joinPath('', parts.join('/')), at } : undefined;
    }
    case 'os.path.dirname': return first?.kind === 'path' ? { kind: 'path', path: joinPath(first.path, '..'), at } : undefined;
    case 'os.path.abspath': case 'os.path.realpath': case 'os.fspath': return first?.kind === 'path' ? first : undefined;
    case 'os.path.join': {
      const rest = args.positional.slice(1).map(textOf);
      return first?.kind === 'path' && rest.every((p) => p !== undefined) ? { kind: 'path', path: joinPath(first.path, rest.join('/')), at } : undefined;
    }
    // What these change, blanks at the start of lines, means nothing to SQL; the places stay.
    case 'textwrap.dedent': case 'inspect.cleandoc': return first?.kind === 'text' ? first : undefined;
    case 're.sub': case 're.split': case 're.findall': return matched(path, args, at);
    case 'copy.copy': case 'copy.deepcopy': return first;
    case 'typing.cast': return second;
    case 'functools.partial': return undefined;
    case 'enum.auto': return undefined;
    case 'importlib.resources.read_text': return first?.kind === 'path' ? fileText(run, first.path, at) : undefined;
    default: return undefined;
  }
}

function dict(run: Interpreter, args: Args, at: Span): Value | undefined {
  const [first] = args.positional;
  const entries: { key: Value; value: Value }[] = [];
  if (first?.kind === 'dict') entries.push(...first.entries.map((e) => ({ ...e })));
  else if (first) {
    const pairs = elementsOf(run, first);
    if (pairs.open) return undefined;
    for (const pair of pairs.known) {
      const [key, value] = pair.kind === 'list' ? pair.items : [];
      if (!key || !value) return undefined;
      entries.push({ key, value });
    }
  }
  for (const [name, value] of args.named) entries.push({ key: plainText(name, value.at), value });
  return { kind: 'dict', entries, open: args.open, at };
}

function mapOver(run: Interpreter, fn: Value, over: Value, at: Span): Value | undefined {
  const elements = elementsOf(run, over);
  if (elements.open) return undefined;
  return listOf(elements.known.map((e) => {
    const args = { ...NO_ARGS, positional: [e] };
    return (fn.kind === 'symbol' ? callBuiltin(run, fn.path, args, at) : undefined) ?? run.call(fn, args, at);
  }), at);
}

function sorted(items: readonly Value[], open: boolean, at: Span): Value {
  const texts = items.map((value) => ({ value, text: textOf(value) }));
  if (texts.every((t) => t.text !== undefined)) texts.sort((a, b) => ((a.text ?? '') < (b.text ?? '') ? -1 : (a.text ?? '') > (b.text ?? '') ? 1 : 0));
  return listOf(texts.map((t) => t.value), at, 'list', open);
}

function distinct(items: readonly Value[]): Value[] {
  const found: Value[] = [];
  for (const item of items) if (!found.some((f) => equal(f, item) === true)) found.push(item);
  return found;
}

/** `re.sub`, `re.split` and `re.findall`, for the patterns that both languages read alike: names of tables are made so. */
function matched(path: string, args: Args, at: Span): Value | undefined {
  const replaces = path === 're.sub';
  const pattern = textOf(argument(args, 'pattern', 0));
  const subject = argument(args, 'string', replaces ? 2 : 1);
  const text = textOf(subject);
  const by = replaces ? textOf(argument(args, 'repl', 1)) : '';
  if (pattern === undefined || by === undefined || text === undefined || subject?.kind !== 'text') return undefined;
  // A repeated group could take forever, and the pattern is a stranger's.
  if (/\)[*+{]/.test(pattern) || pattern.length > 100 || text.length > 200) return undefined;
  try {
    const expression = new RegExp(pattern.replaceAll('(?P<', '(?<'), 'g');
    if (path === 're.split') return listOf(text.split(expression).map((t) => plainText(t, at)), at);
    if (path === 're.findall') return listOf([...text.matchAll(expression)].map((m) => plainText(m[1] ?? m[0], at)), at);
    const result = text.replace(expression, by.replace(/\$/g, '$$$$').replace(/\\g<(\w+)>/g, (_, g: string) => (/^\d+$/.test(g) ? `$${g}` : `$<${g}>`)).replace(/\\(\d)/g, '$$$1'));
    return result === text ? slice(subject, 0, text.length) : plainText(result, at);
  } catch {
    // Not a pattern of this language.
    return undefined;
  }
}
