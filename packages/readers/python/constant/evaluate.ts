import { never, type Code, type CodeTarget, type Span } from '@tenantlint/model';
import { callBuiltin } from './builtins.ts';
import { classMember, identityOf, instanceMember } from './classes.ts';
import { BUILTIN_NAMES, type Interpreter } from './interpreter.ts';
import { callMethod } from './methods.ts';
import { Scope } from './scope.ts';
import { plainText, printed, slice, spelled, type TextPart } from './text.ts';
import { bool, equal, listOf, none, pathOf, textOf, truthOf, unknown, type Args, type Value, type ValueOf } from './values.ts';
import { operate } from './operators.ts';

export function evaluate(run: Interpreter, code: Code, scope: Scope): Value {
  run.burn();
  const { at } = code;
  switch (code.kind) {
    case 'literal': {
      if (typeof code.value === 'string') return literalText(run, code.value, at);
      if (typeof code.value === 'number') return { kind: 'number', value: code.value, at };
      return code.value === null ? none(at) : bool(code.value, at);
    }
    case 'undefined': return { kind: 'symbol', path: 'builtins.Ellipsis', at };
    case 'name': return named(scope, code.name, at);
    case 'this': case 'super': return scope.find('this') ?? unknown('no object here', at);
    case 'member': return member(run, evaluate(run, code.of, scope), code.name, code.nameAt, at);
    case 'index': return index(evaluate(run, code.of, scope), evaluate(run, code.key, scope), at);
    case 'call': return call(run, code, scope);
    case 'object': return dictionary(run, code, scope);
    case 'array': {
      const items: Value[] = [];
      let open = false;
      for (const item of code.items) {
        const value = evaluate(run, item.value, scope);
        if (!item.spread) items.push(value);
        else {
          const elements = elementsOf(run, value);
          items.push(...elements.known);
          open ||= elements.open;
        }
      }
      return listOf(items, at, 'list', open);
    }
    case 'function': return { kind: 'function', fn: code.fn, scope, at };
    case 'class': return { kind: 'class', class: code.class, scope, at };
    case 'template': return template(run, code, scope);
    case 'conditional': {
      const truth = truthOf(evaluate(run, code.test, scope));
      if (truth !== undefined) return evaluate(run, truth ? code.then : code.otherwise, scope);
      return { kind: 'either', of: [evaluate(run, code.then, scope), evaluate(run, code.otherwise, scope)], at };
    }
    case 'logical': return logical(run, code, scope);
    case 'binary': return binary(run, code, scope);
    case 'unary': {
      const of = evaluate(run, code.of, scope);
      const truth = code.op === 'not' ? truthOf(of) : undefined;
      if (truth !== undefined) return bool(!truth, at);
      if (code.op === 'minus' && of.kind === 'number') return { kind: 'number', value: -of.value, at };
      return { kind: 'operation', op: code.op, of: [of], at };
    }
    case 'assign': {
      const value = evaluate(run, code.value, scope);
      const current = code.op === '=' ? undefined : code.target.kind === 'name' ? scope.find(code.target.name) : code.target.kind === 'place' ? evaluate(run, code.target.of, scope) : undefined;
      const result = current ? operate(code.op, current, value, at) : code.op === '=' ? value : unknown('changed in place', at);
      bindTarget(run, code.target, result, scope);
      return result;
    }
    case 'await': case 'non-null': case 'typed': return evaluate(run, code.of, scope);
    case 'yield': {
      const value = evaluate(run, code.of, scope);
      const generator = run.generators.at(-1);
      generator?.yielded.push(value);
      generator?.then?.(value);
      return unknown('sent to the generator', at);
    }
    case 'sequence': return code.of.map((one) => evaluate(run, one, scope)).at(-1) ?? none(at);
    case 'each': return each(run, code, scope);
    case 'opaque': return unknown(code.reason, at);
    case 'import': case 'element': return unknown(code.kind, at);
    default: return never(code);
  }
}

function named(scope: Scope, name: string, at: Span): Value {
  const value = scope.find(name);
  if (value?.kind === 'symbol' && value.path.endsWith('.TYPE_CHECKING')) return bool(false, at);
  // Of a name of a package the mention is what is of interest, not the import.
  if (value) return value.kind === 'symbol' ? { ...value, at } : value;
  return BUILTIN_NAMES.has(name) ? { kind: 'symbol', path: `builtins.${name}`, at } : unknown(`the name ${name} is not known`, at);
}

function literalText(run: Interpreter, text: string, at: Span): Value {
  const exact = at.end - at.start - 2 === text.length;
  const inner = { file: at.file, start: at.start + 1, end: at.end - 1 };
  if (exact) return { kind: 'text', parts: [{ text, at: inner, exact: true }], at };
  const source = run.project.text(at.file) ?? '';
  const prefix = /^[a-zA-Z]?/.exec(source.slice(at.start, at.start + 1))?.[0].length ?? 0;
  return { kind: 'text', parts: spelled(source, text, { ...inner, start: inner.start + prefix }, false, false), at };
}

function template(run: Interpreter, code: Extract<Code, { kind: 'template' }>, scope: Scope): Value {
  const { at } = code;
  const source = run.project.text(at.file) ?? '';
  const prefix = /^[a-zA-Z]*/.exec(source.slice(at.start, at.start + 3))?.[0].toLowerCase() ?? '';
  const pieces: Value[] = [];
  let parts: TextPart[] = [];
  let whole = true;
  const flush = (): void => {
    if (parts.length > 0) pieces.push({ kind: 'text', parts, at });
    parts = [];
  };
  for (const [i, text] of code.texts.entries()) {
    parts.push(...(text.at.end - text.at.start === text.text.length ? [{ text: text.text, at: text.at, exact: true }] : spelled(source, text.text, text.at, prefix.includes('r'), prefix.includes('f'))));
    const hole = code.values[i];
    if (!hole) continue;
    const value = single(evaluate(run, hole, scope));
    const shown = printed(value);
    if (shown) parts.push(...shown.parts);
    else {
      flush();
      pieces.push(value);
      whole = false;
    }
  }
  if (whole) return { kind: 'text', parts, at };
  flush();
  // Known pieces and unknown ones, in order.
  return { kind: 'operation', op: 'text', of: pieces, at };
}

/** Of alternatives the first: for where any of them will do. */
function single(value: Value): Value {
  return value.kind === 'either' && value.of[0] && value.of.every((v) => v.kind === 'text') ? value.of[0] : value;
}

export function member(run: Interpreter, of: Value, name: string, nameAt: Span, at: Span): Value {
  // `a['b']` comes as a member as well; what stands there are the quotes too.
  const subscript = nameAt.end - nameAt.start !== name.length;
  if (subscript && (of.kind === 'dict' || of.kind === 'list' || of.kind === 'text' || of.kind === 'class')) return index(of, plainText(name, nameAt), at);
  switch (of.kind) {
    case 'symbol': return name === 'TYPE_CHECKING' ? bool(false, at) : { kind: 'symbol', path: `${of.path}.${name}`, at };
    case 'module': return run.exported(of.file, name) ?? unknown(`${name} is not in ${of.file}`, at);
    case 'class': return classMember(run, of, name, nameAt, at);
    case 'instance': return instanceMember(run, of, name, nameAt, at);
    case 'enum-member':
      if (name === 'value' || name === '_value_') return of.value;
      if (name === 'name' || name === '_name_') return plainText(of.name, of.at);
      return instanceMember(run, { kind: 'instance', of: of.of, fields: new Map(), args: { positional: [], named: new Map(), open: false }, at: of.at }, name, nameAt, at);
    case 'function': return name === '__name__' && of.fn.name !== undefined ? plainText(of.fn.name, at) : { kind: 'member', of, name, nameAt, at };
    case 'path': return pathMember(of, name, nameAt, at);
    case 'either': return { kind: 'either', of: of.of.map((one) => member(run, one, name, nameAt, at)), at };
    case 'unknown': return dialect(of, name, at) ?? { kind: 'member', of, name, nameAt, at };
    default: return dialect(of, name, at) ?? { kind: 'member', of, name, nameAt, at };
  }
}

/** Whatever asks which database it talks to talks to Postgres here. */
function dialect(of: Value, name: string, at: Span): Value | undefined {
  return name === 'name' && of.kind === 'member' && (of.name === 'dialect' || of.name === 'engine') ? plainText('postgresql', at) : undefined;
}

function pathMember(of: ValueOf<'path'>, name: string, nameAt: Span, at: Span): Value {
  const slash = of.path.lastIndexOf('/');
  if (name === 'parent') return { kind: 'path', path: slash < 0 ? '' : of.path.slice(0, slash), at };
  if (name === 'name' || name === 'stem') {
    const last = of.path.slice(slash + 1);
    return plainText(name === 'stem' ? last.replace(/\.[^.]*$/, '') : last, at);
  }
  return { kind: 'member', of, name, nameAt, at };
}

function index(of: Value, key: Value, at: Span): Value {
  if (of.kind === 'either') return { kind: 'either', of: of.of.map((one) => index(one, key, at)), at };
  if (of.kind === 'dict') {
    const entry = of.entries.findLast((e) => equal(e.key, key) === true);
    if (entry) return entry.value;
  }
  if (of.kind === 'list' && key.kind === 'number') {
    const item = of.items[key.value < 0 ? of.items.length + key.value : key.value];
    if (item && !of.open) return item;
  }
  if (key.kind === 'call' && pathOf(key.callee) === 'builtins.slice') {
    const [from, to, step] = key.args.positional;
    const bound = (v: Value | undefined, length: number, otherwise: number): number | undefined => (!v || v.kind === 'none' ? otherwise : v.kind === 'number' ? Math.min(length, Math.max(0, v.value < 0 ? length + v.value : v.value)) : undefined);
    const text = of.kind === 'text' ? textOf(of) : undefined;
    const length = text?.length ?? (of.kind === 'list' ? of.items.length : 0);
    const [start, end] = [bound(from, length, 0), bound(to, length, length)];
    if (start !== undefined && end !== undefined && (!step || step.kind === 'none')) {
      if (of.kind === 'text') return slice(of, start, end);
      if (of.kind === 'list' && !of.open) return listOf(of.items.slice(start, end), at, of.form);
    }
  }
  // `Status['draft']`, `list[int]`: a member of an enumeration, or a type.
  return { kind: 'item', of, key, at };
}

function call(run: Interpreter, code: Extract<Code, { kind: 'call' }>, scope: Scope): Value {
  const { callee, at } = code;
  const receiver = callee.kind === 'member' ? evaluate(run, callee.of, scope) : undefined;
  const args = evaluateArgs(run, code, scope);
  const method = receiver && callee.kind === 'member' ? callMethod(run, receiver, callee.name, args, at) : undefined;
  if (method) return method;
  const of = receiver && callee.kind === 'member' ? member(run, receiver, callee.name, callee.nameAt, callee.at) : evaluate(run, callee, scope);
  if (of.kind === 'symbol') {
    const done = callBuiltin(run, of.path, args, at);
    if (done) return done;
  }
  return run.call(of, args, at);
}

function evaluateArgs(run: Interpreter, code: Extract<Code, { kind: 'call' }>, scope: Scope): Args {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  let open = false;
  for (const arg of code.args) {
    const value = evaluate(run, arg.value, scope);
    if (arg.name === '**') {
      if (value.kind !== 'dict') {
        open = true;
        continue;
      }
      for (const entry of value.entries) {
        const name = textOf(entry.key);
        if (name !== undefined) named.set(name, entry.value);
      }
      open ||= value.open;
    } else if (arg.spread) {
      const elements = elementsOf(run, value);
      positional.push(...elements.known);
      open ||= elements.open;
    } else if (arg.name !== undefined) named.set(arg.name, value);
    else positional.push(value);
  }
  return { positional, named, open };
}

function dictionary(run: Interpreter, code: Extract<Code, { kind: 'object' }>, scope: Scope): Value {
  const dict: ValueOf<'dict'> = { kind: 'dict', entries: [], open: false, at: code.at };
  for (const entry of code.entries) {
    if (entry.kind === 'spread') {
      const of = evaluate(run, entry.of, scope);
      if (of.kind === 'dict') {
        dict.entries.push(...of.entries.map((e) => ({ ...e })));
        dict.open ||= of.open;
      } else dict.open = true;
    } else if (entry.kind === 'property') dict.entries.push({ key: literalText(run, entry.name, entry.nameAt), value: evaluate(run, entry.value, scope) });
    else if (entry.kind === 'computed') dict.entries.push({ key: evaluate(run, entry.key, scope), value: evaluate(run, entry.value, scope) });
  }
  return dict;
}

function logical(run: Interpreter, code: Extract<Code, { kind: 'logical' }>, scope: Scope): Value {
  const left = evaluate(run, code.left, scope);
  const truth = truthOf(left);
  if (truth !== undefined) return truth === (code.op === 'and') ? evaluate(run, code.right, scope) : left;
  const right = evaluate(run, code.right, scope);
  const other = truthOf(right);
  // `unknown and False` is false whatever the unknown is.
  if (other !== undefined && other === (code.op !== 'and') && (right.kind === 'boolean' || code.op === 'and')) return right;
  return { kind: 'operation', op: code.op, of: [left, right], at: code.at };
}

/** Left-leaning chains of operators can be thousands long, so the spine is walked in a loop. */
function binary(run: Interpreter, code: Extract<Code, { kind: 'binary' }>, scope: Scope): Value {
  const spine: Extract<Code, { kind: 'binary' }>[] = [];
  let first: Code = code;
  while (first.kind === 'binary') {
    spine.push(first);
    first = first.left;
  }
  let left = evaluate(run, first, scope);
  for (const one of spine.reverse()) left = operate(one.op, left, evaluate(run, one.right, scope), one.at);
  return left;
}

function each(run: Interpreter, code: Extract<Code, { kind: 'each' }>, scope: Scope): Value {
  const found: Value[] = [];
  const over: Value[] = [];
  let open = false;
  const turn = (clause: number, inner: Scope): void => {
    const c = code.clauses[clause];
    if (!c) {
      found.push(evaluate(run, code.element, inner));
      return;
    }
    const value = evaluate(run, c.over, inner);
    const elements = elementsOf(run, value);
    open ||= elements.open;
    if (elements.open) over.push(value);
    for (const element of elements.known) {
      run.burn();
      const next = new Scope(inner, inner.file);
      bindTarget(run, c.target, element, next, true);
      const truths = c.tests.map((t) => truthOf(evaluate(run, t, next)));
      if (truths.includes(false)) continue;
      if (truths.includes(undefined)) open = true;
      turn(clause + 1, next);
    }
  };
  turn(0, new Scope(scope, scope.file));
  // Of what it knows nothing, it still knows whence it comes.
  return found.length === 0 && over.length > 0 ? { kind: 'operation', op: 'each', of: over, at: code.at } : listOf(found, code.at, 'list', open);
}

/** What iterating over a value gives. */
export function elementsOf(run: Interpreter, value: Value): { readonly known: readonly Value[]; readonly open: boolean } {
  switch (value.kind) {
    case 'list': return { known: [...value.items], open: value.open };
    case 'dict': return { known: value.entries.map((e) => e.key), open: value.open };
    case 'class': {
      const members = value.class.fields.filter((f) => f.value).map((f) => classMember(run, value, f.name, f.at, f.at)).filter((m) => m.kind === 'enum-member');
      return { known: members, open: members.length === 0 };
    }
    case 'either': return { known: [], open: true };
    default: return { known: [], open: true };
  }
}

export function bindTarget(run: Interpreter, target: CodeTarget, value: Value, scope: Scope, declare = false): void {
  switch (target.kind) {
    case 'name':
      if (declare) scope.names.set(target.name, value);
      else scope.assign(target.name, value);
      return;
    case 'array': {
      const items = value.kind === 'list' ? value.items : [];
      for (const [i, item] of target.items.entries()) if (item) bindTarget(run, item.target, items[i] ?? { kind: 'item', of: value, key: { kind: 'number', value: i, at: item.target.at }, at: item.target.at }, scope, declare);
      if (target.rest) bindTarget(run, target.rest, value.kind === 'list' ? listOf(value.items.slice(target.items.length), value.at, 'list', value.open) : unknown('rest', target.at), scope, declare);
      return;
    }
    case 'place': return write(run, target.of, value, scope);
    case 'object': return;
    default: return never(target);
  }
}

function write(run: Interpreter, place: Code, value: Value, scope: Scope): void {
  if (place.kind !== 'member' && place.kind !== 'index') return;
  const of = evaluate(run, place.of, scope);
  if (of.kind === 'instance' && place.kind === 'member') of.fields.set(place.name, value);
  else if (of.kind === 'dict') {
    const key = place.kind === 'member' ? plainText(place.name, place.nameAt) : evaluate(run, place.key, scope);
    const entry = of.entries.findLast((e) => equal(e.key, key) === true);
    if (entry) entry.value = value;
    else of.entries.push({ key, value });
  } else if (place.kind === 'member') run.attributes.set(`${identityOf(of)}.${place.name}`, value);
}
