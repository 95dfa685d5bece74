import { cases, constantText, isNullish, list, literal, nothing, object, type AbstractValue, type Span, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { truthsOf } from '../interpret/truths.ts';
import { elementOf, tidy } from '../values/join.ts';
import { byKey } from '../values/by-key.ts';
import { indexed } from '../values/property.ts';
import { builtinCall, packageCall } from '../python/builtins.ts';
import { pythonVerified } from '../python/identity.ts';
import { authCall } from './auth.ts';
import { byPackage } from './by-package.ts';
import { all } from './methods.ts';
import { inContext } from './contexts.ts';
import { leaves } from './exits.ts';
import { keeps } from './kept.ts';
import { requestCall, verified } from './request.ts';
import { proxied } from './proxies.ts';
import { signedCall } from './signatures.ts';
import { parsed } from './validation.ts';
import type { CallSite } from '../call-site.ts';
import { computed } from '../values/symbol.ts';

/** Functions of the language and of packages that are known by where they come from. */
export function knownCall(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  const { origin, path } = callee;
  if (origin.kind === 'global') {
    const next = f.continuations.get(origin.name);
    if (next && path.length === 0) return next(args);
    const name = [origin.name, ...path].join('.');
    if (name === '#same') return args[0];
    return f.python ? builtinCall(f, name, args, site) : globalCall(f, name, args, site);
  }
  if (origin.kind === 'identity' && path.at(-1) === 'jwtVerify') return verified(f, site.at);
  // `session.get('userId')`
  if (origin.kind === 'identity' && path.at(-1) === 'get' && args.length === 1 && args[0]) {
    const name = constantText(args[0]);
    if (name !== undefined) return { ...callee, path: [...path.slice(0, -1), name], at: site.at };
  }
  if (leaves(callee)) {
    f.thrown++;
    f.state.live = false;
    return nothing(site.at);
  }
  // Nest's contexts for GraphQL answer what the plain one answers.
  if (origin.kind === 'package' && origin.name === 'GqlExecutionContext' && path.at(-1) === 'create' && args[0]) return args[0];
  signedCall(f, callee, site.at);
  const known = f.python ? (pythonVerified(f, callee, site.at) ?? packageCall(f, callee, args, site)) : undefined;
  if (known) return known;
  keeps(f, callee, args, site);
  if (isWrapper(callee) && args[0]?.kind === 'function') return args[0];
  return inContext(f, callee, args, site) ?? asserted(f, callee, args, site.at) ?? requestCall(callee, args, site) ?? parsed(f, callee, args, site.at) ?? authCall(f, callee, args, site);
}

/** Functions that give back the one that they are handed, with a memory or a delay. */
const WRAPPERS: Readonly<Record<string, RegExp>> = { react: /^(?:experimental_)?cache$/, 'next/cache': /^(?:unstable_cache|cache)$/, lodash: /^(?:memoize|once|debounce|throttle)$/, 'lodash-es': /^(?:memoize|once|debounce|throttle)$/ };

function isWrapper({ origin, path }: ValueOf<'symbol'>): boolean {
  return origin.kind === 'package' && WRAPPERS[origin.package]?.test(path.at(-1) ?? origin.name) === true;
}

const isAssertion = byPackage((from) => /^(?:node:)?assert$|invariant$|^ts-invariant|^tiny-invariant|^power-assert/.test(from));

/** `assert(x)`, `invariant(x)` of packages made for it: afterwards it holds. */
function asserted(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], at: Span): AbstractValue | undefined {
  if (callee.origin.kind !== 'package' || !isAssertion(callee.origin.package)) return undefined;
  const [test] = args;
  const name = callee.path.at(-1) ?? callee.origin.name;
  if (!test || !['default', '*', 'ok', 'assert', 'invariant', 'strict'].includes(name)) return undefined;
  const known = truthsOf(f, test, true);
  f.thrown++;
  if (!known.possible) f.state.live = false;
  f.state.learn(known.truths);
  return nothing(at);
}

const SAME = new Set(['String', 'Number', 'BigInt', 'parseInt', 'parseFloat', 'Number.parseInt', 'Number.parseFloat', 'encodeURIComponent', 'decodeURIComponent', 'decodeURI', 'encodeURI', 'structuredClone', 'JSON.parse', 'JSON.stringify', 'Object.freeze', 'Object.seal', 'Promise.resolve', 'Buffer.from', 'btoa', 'atob']);

function globalCall(f: Flow, name: string, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  const { at } = site;
  const [first, second] = args;
  if (name === 'URL' || name === 'URLSearchParams' || name === 'Request') return first ?? nothing(at);
  if (SAME.has(name)) return first ?? nothing(at);
  switch (name) {
    case 'Boolean': return first ? { kind: 'test', test: { kind: 'not', of: { kind: 'test', test: { kind: 'not', of: first }, at } }, at } : literal(false, at);
    case 'Promise.all': case 'Promise.race': case 'Promise.any': case 'Promise.allSettled': {
      if (!first) return nothing(at);
      const value = all(f, first, name === 'Promise.allSettled', at);
      return name === 'Promise.race' || name === 'Promise.any' ? (elementOf(value, at) ?? value) : value;
    }
    case 'ctx.throw': case 'Promise.reject': case 'process.exit': case 'Deno.exit':
      f.thrown++;
      f.state.live = false;
      return nothing(at);
    case 'Set': case 'Map': case 'Array.from': case 'WeakMap': case 'WeakSet': {
      if (!first || isNullish(first)) return { kind: 'array', items: [], at };
      if (name === 'Array.from' && second?.kind === 'function') {
        const element = elementOf(first, at);
        return element ? list(f.applyFunction(second, [element], at), at) : list(computed('element', [], '', at), at);
      }
      return first.kind === 'object' ? list(computed('element', [first], '', at), at) : first;
    }
    case 'Array.isArray': {
      if (first?.kind === 'array' || first?.kind === 'list') return literal(true, at);
      return first?.kind === 'object' || first?.kind === 'row' ? literal(false, at) : computed(name, args, '', at);
    }
    case 'Proxy': return site.construct && first && second ? proxied(f, first, second, at) : undefined;
    case 'Reflect.get': return first && second ? indexed(f, first, second, at) ?? nothing(at) : undefined;
    case 'Reflect.apply': return first && args[2]?.kind === 'array' ? f.applyFunction(first, args[2].items.map((i) => i.value), at) : undefined;
    case 'Object.assign': {
      const entries = args.map((of): ValueEntry => ({ kind: 'spread', of, at: of.at }));
      return { kind: 'object', entries, at };
    }
    case 'Object.values': return first ? list(entryValue(first, at), at) : nothing(at);
    case 'Object.entries': return first ? list({ kind: 'array', items: [{ value: computed('key', [first], '', at), spread: false }, { value: entryValue(first, at), spread: false }], at }, at) : nothing(at);
    case 'Object.keys': return first ? list(computed('key', [first], '', at), at) : nothing(at);
    case 'Object.fromEntries': return (first && byKey(first, at)) ?? computed(name, args, '', at);
    case 'setTimeout': case 'setInterval': case 'setImmediate': case 'queueMicrotask': case 'process.nextTick': case 'requestIdleCallback':
      if (first?.kind === 'function') f.applyFunction(first, [], at);
      return computed(name, [], '', at);
    case 'Promise': {
      // new Promise((resolve) => …): the executor runs here; what it resolves to is not followed.
      if (first?.kind === 'function') f.applyFunction(first, [computed('resolve', [], '', at), computed('reject', [], '', at)], at);
      return computed('promise', [], `${at.start}`, at);
    }
    default:
  }
  // Logs and timers show nothing to a tenant.
  if (/^(?:console|performance|Math|Date|Symbol|Intl)\b/.test(name)) return computed(name, args, '', at);
  if (name === 'Error' || name.endsWith('Error')) return object({ message: first ?? nothing(at) }, at);
  return undefined;
}

function entryValue(of: AbstractValue, at: Span): AbstractValue {
  if (of.kind === 'object') {
    const found = of.entries.flatMap((e) => (e.kind === 'spread' ? cases(entryValue(e.of, at)) : cases(e.value)));
    if (found.length > 0) return tidy(found, at);
  }
  return elementOf(of, at) ?? computed('value', [of], '', at);
}

