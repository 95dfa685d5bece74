import type { BodyText, FunctionArg, FunctionOptions, SchemaEvent, Span } from '@tenantlint/model';
import type { AlterFunctionStmt, CreateFunctionStmt, DefElem, DoStmt, VariableSetStmt } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import * as scan from './lexer-scan.ts';
import { lowerExpr } from './lower-expr.ts';
import { partsName, routineName, typeOf } from './lower-names.ts';
import { flag, scalar, settingValues } from './lower-options.ts';
import { allOf } from './lower-dml.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

export function createFunction(e: Excerpt, node: CreateFunctionStmt): SchemaEvent {
  const procedure = node.is_procedure === true;
  const name = e.find(0, e.tokens.count, procedure ? 'procedure' : 'function') + 1;
  const returns = node.returnType === undefined ? {} : { returns: typeOf(e, node.returnType) };
  return {
    kind: 'create-function', at: e.whole(), procedure,
    name: partsName(textsOf(node.funcname), e.nameAt(name)),
    replace: node.replace === true,
    args: (node.parameters ?? []).map((parameter) => argument(e, parameter)),
    ...returns,
    options: node.sql_body === undefined ? routineOptions(node.options) : { language: 'sql', ...routineOptions(node.options) },
    body: node.sql_body === undefined ? bodyOption(e, node.options) : standardBody(e),
  };
}

const MODES: { readonly [mode: string]: FunctionArg['mode'] } = {
  FUNC_PARAM_OUT: 'out', FUNC_PARAM_INOUT: 'inout', FUNC_PARAM_VARIADIC: 'variadic', FUNC_PARAM_TABLE: 'table',
};

function argument(e: Excerpt, node: Node): FunctionArg {
  const parameter = (node as Tree).FunctionParameter ?? {};
  return {
    mode: MODES[parameter.mode ?? ''] ?? 'in',
    type: typeOf(e, parameter.argType),
    ...(parameter.name !== undefined && { name: parameter.name }),
    ...(parameter.defexpr !== undefined && { default: lowerExpr(e, parameter.defexpr) }),
  };
}

function routineOptions(nodes: readonly Node[] | undefined): FunctionOptions {
  const options: { -readonly [key in keyof FunctionOptions]: FunctionOptions[key] } = {};
  const settings: Record<string, string | null> = {};
  for (const node of nodes ?? []) {
    const { defname, arg }: DefElem = (node as Tree).DefElem ?? {};
    switch (defname) {
      case 'language':
        options.language = textOf(arg).toLowerCase();
        break;
      case 'volatility': {
        const volatility = textOf(arg);
        if (volatility === 'immutable' || volatility === 'stable' || volatility === 'volatile') options.volatility = volatility;
        break;
      }
      case 'security':
        options.securityDefiner = flag(arg);
        break;
      case 'leakproof':
        options.leakproof = flag(arg);
        break;
      case 'strict':
        options.strict = flag(arg);
        break;
      case 'parallel':
        options.parallel = textOf(arg);
        break;
      case 'set': {
        const { VariableSetStmt: set } = (arg ?? {}) as Tree;
        if (set !== undefined && set.kind !== 'VAR_RESET_ALL') settings[set.name ?? ''] = storedSetting(set);
        break;
      }
      default:
        break;
    }
  }
  if (Object.keys(settings).length > 0) options.settings = settings;
  return options;
}

/** Settings whose values are lists of identifiers, which the server stores quoted where they need it. */
const IDENTIFIER_LISTS = new Set(['search_path', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries', 'local_preload_libraries']);

/** A setting as the catalog stores it; null removes it. */
export function storedSetting(set: VariableSetStmt): string | null {
  if (set.kind === 'VAR_SET_CURRENT') return 'FROM CURRENT';
  const values = settingValues(set);
  if (values === undefined) return null;
  if (!IDENTIFIER_LISTS.has(set.name ?? '')) return values.join(', ');
  return values.length === 1 && values[0] === '' ? '' : values.map(quotedIdentifier).join(', ');
}

function quotedIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The string after AS; of `AS 'object', 'symbol'` the first. */
function bodyOption(e: Excerpt, options: readonly Node[] | undefined): BodyText | undefined {
  for (const node of options ?? []) {
    const { DefElem: element } = node as Tree;
    if (element?.defname === 'as') return bodyText(e, e.tokenAt(element.location) + 1, textOf(itemsOf(element.arg)[0]));
  }
  return undefined;
}

/** The contents of the string literal that is token `i`. */
function bodyText(e: Excerpt, i: number, text: string): BodyText {
  const inner = contents(e, i);
  const at = e.span(inner.start, inner.end);
  return { text, at, verbatim: e.text.slice(inner.start, inner.end) === text };
}

/** Where a string's characters stand, inside its quotes. */
function contents(e: Excerpt, i: number): { start: number; end: number } {
  const start = e.tokens.start(i);
  const end = e.tokens.end(i);
  const tag = scan.dollarTag(e.text, start);
  if (tag !== undefined) return { start: start + tag.length, end: end - tag.length };
  return { start: e.text.indexOf("'", start) + 1, end: end - 1 };
}

/** `BEGIN ATOMIC … END` or `RETURN expression`, which stand without quotes at the end of the statement. */
function standardBody(e: Excerpt): BodyText {
  const { last } = allOf(e);
  let first = e.find(0, last, 'return');
  for (let i = 0; i < last; i = e.after(i)) {
    if (e.is(i, 'begin') && e.is(i + 1, 'atomic')) {
      first = Math.min(first, i);
      break;
    }
  }
  const at: Span = e.between(first, last);
  return { text: e.slice(at), at, verbatim: true };
}

export function alterFunction(e: Excerpt, node: AlterFunctionStmt): SchemaEvent {
  const object = e.word(1);
  const kind = object === 'procedure' || object === 'routine' || object === 'aggregate' ? object : 'function';
  const resetAll = (node.actions ?? []).some((action) => {
    const { VariableSetStmt: set } = ((action as Tree).DefElem?.arg ?? {}) as Tree;
    return set?.kind === 'VAR_RESET_ALL';
  });
  return {
    kind: 'alter-function', at: e.whole(), object: kind,
    name: routineName(e, node.func, e.nameAt(2)),
    options: routineOptions(node.actions),
    ...(resetAll && { resetAll }),
  };
}

export function doBlock(e: Excerpt, node: DoStmt): SchemaEvent {
  let language = 'plpgsql';
  let body: BodyText | undefined;
  for (const arg of node.args ?? []) {
    const { defname, arg: value, location }: DefElem = (arg as Tree).DefElem ?? {};
    if (defname === 'language' && value !== undefined) language = scalar(value).toLowerCase();
    else if (defname === 'as') body = bodyText(e, e.tokenAt(location), textOf(value));
  }
  return { kind: 'do', at: e.whole(), language, body: body ?? { text: '', at: e.whole(), verbatim: false } };
}
