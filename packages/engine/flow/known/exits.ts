import type { ValueOf } from '@tenantlint/model';

/** Functions of packages that never return to whoever calls them. */
const EXITS: Readonly<Record<string, readonly string[]>> = {
  'next/navigation': ['redirect', 'permanentRedirect', 'notFound', 'forbidden', 'unauthorized'],
  'next/dist/client/components/navigation': ['redirect', 'permanentRedirect', 'notFound'],
  '@sveltejs/kit': ['error', 'redirect', 'fail'],
  'next-intl/navigation': ['redirect'],
  flask: ['abort'], quart: ['abort'], werkzeug: ['abort'], 'werkzeug.exceptions': ['abort'], flask_restx: ['abort'], flask_smorest: ['abort'], pytest: ['fail', 'skip'],
};

export function leaves(callee: ValueOf<'symbol'>): boolean {
  const { origin, path } = callee;
  if (origin.kind !== 'package') return false;
  const name = path.at(-1) ?? origin.name;
  return EXITS[origin.package]?.includes(name) ?? false;
}
