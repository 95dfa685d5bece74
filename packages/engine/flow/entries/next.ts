import { object, type AbstractValue, type CodeFile, type EntryPoint, type Span } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
import { isSignedWrapper } from '../known/signatures.ts';
import { passGateway, passLayouts } from './gateway.ts';
import { isProcedure } from './procedures.ts';
import { input, response, type Convention } from './entry.ts';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
const PAGE_EXPORTS = new Set(['default', 'generateMetadata', 'generateViewport', 'generateStaticParams']);
const SERVER_PROPS = new Set(['getServerSideProps', 'getStaticProps', 'getInitialProps']);

/** Next.js: routes, pages and API routes by the path of their file, server actions by their directive. */
export const next: Convention = (f, file) => {
  if (file.directives.includes('use client')) return [];
  const path = `/${file.path}`;
  const names = exportedNames(file);
  if (file.directives.includes('use server')) return names.flatMap((name) => entry(f, file, name, 'action', actionArgs));
  if (/\/app\/(?:.*\/)?route\.[cm]?[jt]sx?$/.test(path)) return names.filter((n) => METHODS.has(n)).flatMap((name) => entry(f, file, name, 'route', (at) => [input('request', [], at), object({ params: input('params', [], at) }, at)]));
  if (/\/app\/(?:.*\/)?(?:page|layout|template|default|not-found|error|opengraph-image|sitemap)\.[cm]?[jt]sx?$/.test(path)) {
    return names.filter((n) => PAGE_EXPORTS.has(n)).flatMap((name) => entry(f, file, name, 'page', (at) => [object({ params: input('params', [], at), searchParams: input('query', [], at), children: input('children', [], at) }, at)]));
  }
  if (/\/pages\/api\/.*\.[cm]?[jt]sx?$/.test(path)) return names.filter((n) => n === 'default').flatMap((name) => entry(f, file, name, 'route', (at) => [input('request', [], at), response(at)]));
  if (/\/pages\/.*\.[cm]?[jt]sx?$/.test(path)) return names.filter((n) => SERVER_PROPS.has(n)).flatMap((name) => entry(f, file, name, 'page', (at) => [input('request', [], at)]));
  if (/\/(?:middleware|proxy)\.[cm]?[jt]s$/.test(path)) return names.filter((n) => n === 'middleware' || n === 'proxy' || n === 'default').flatMap((name) => entry(f, file, name, 'middleware', (at) => [input('request', [], at), input('request', ['event'], at)]));
  return [];
};

export const actionArgs = (at: Span): AbstractValue[] => Array.from({ length: 6 }, (_, i) => input('args', [String(i)], at));

export function exportedNames(file: CodeFile): string[] {
  const names = file.exports.flatMap((e) => (e.name === '*' || e.name === '=' ? [] : [e.name]));
  return [...new Set(names)];
}

/** An exported function, or what a wrapper made of one. */
export function entry(f: Flow, file: CodeFile, name: string, kind: EntryPoint['kind'], args: (at: Span) => readonly AbstractValue[], framework = 'next'): Entry[] {
  const exportAt = file.exports.find((e) => e.name === name)?.at;
  if (!exportAt) return [];
  const value = f.exported(file.path, name, exportAt);
  if (value.kind !== 'function' && value.kind !== 'symbol' && value.kind !== 'union') return [];
  // Procedures register themselves, with the chain that stands before them.
  if (isProcedure(value)) return [];
  const at = value.kind === 'function' ? value.fn.nameAt : exportAt;
  return [{
    point: { kind, framework, name: `${file.path}#${name}`, at, authenticates: 'unknown' },
    fn: value.kind === 'function' ? value : undefined,
    run: (flow) => {
      if (framework === 'next' && (kind === 'route' || kind === 'page')) passGateway(flow, file.path);
      if (framework === 'next' && kind === 'page') passLayouts(flow, file.path);
      if (isSignedWrapper(value)) flow.state.learn([{ kind: 'secret', at }]);
      return flow.applyFunction(value, args(at), at);
    },
  }];
}
