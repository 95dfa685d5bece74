import { constantText, settle, type AbstractValue, type CodeClass } from '@tenantlint/model';

/** `consumer.apply(A, B).exclude(…).forRoutes(…)`. */
export interface Applied {
  readonly handlers: readonly AbstractValue[];
  readonly excluded: readonly AbstractValue[];
  readonly routes: readonly AbstractValue[];
}

/** A method of a controller, as a middleware's configuration can speak of it. */
export interface Route {
  readonly of: CodeClass;
  /** Without slashes at the ends: `projects/:id`. */
  readonly paths: readonly string[];
  /** `GET`; undefined: any. */
  readonly method: string | undefined;
}

/** Whether the middlewares run before the route; undefined where that cannot be told. */
export function reaches({ routes, excluded }: Applied, route: Route): boolean | undefined {
  const on = anyOf(routes, route);
  const off = anyOf(excluded, route);
  if (on === false || off === true) return false;
  return on === undefined || off === undefined ? undefined : true;
}

function anyOf(targets: readonly AbstractValue[], route: Route): boolean | undefined {
  const said = targets.map((one) => matches(one, route));
  return said.includes(true) ? true : said.includes(undefined) ? undefined : false;
}

function matches(target: AbstractValue, route: Route): boolean | undefined {
  if (target.kind === 'class') return target.class.id === route.of.id;
  if (target.kind === 'array') return anyOf(target.items.map((i) => i.value), route);
  const path = constantText(target);
  if (path !== undefined) return onPath(path, route);
  if (target.kind !== 'object') return undefined;
  const { fields } = settle(target);
  const given = fields.find((x) => x.name === 'path')?.value;
  const named = given && constantText(given);
  if (named === undefined) return undefined;
  const method = fields.find((x) => x.name === 'method')?.value;
  const wanted = method === undefined ? 'ALL' : method.kind === 'symbol' ? method.path.at(-1) : undefined;
  if (wanted !== undefined && wanted !== 'ALL' && route.method !== undefined && wanted !== route.method) return false;
  return wanted === undefined ? undefined : onPath(named, route);
}

/** Of several paths of one route each counts. */
function onPath(pattern: string, { paths }: Route): boolean | undefined {
  const said = paths.map((path) => covers(segments(pattern), segments(path)));
  return said.every((s) => s === true) ? true : said.every((s) => s === false) ? false : undefined;
}

const segments = (path: string): string[] => path.split('/').filter((s) => s !== '');
const REST = /^(?:\*\w*|\(\.\*\)|\{\*\w+\}|\.\*)$/;

/** A path that only begins so is covered or not, depending on the server. */
function covers(pattern: readonly string[], path: readonly string[]): boolean | undefined {
  for (const [i, part] of pattern.entries()) {
    if (REST.test(part)) return i === pattern.length - 1 ? true : undefined;
    const own = path[i];
    if (own === undefined) return false;
    if (part === own || part.startsWith(':')) continue;
    return own.startsWith(':') || /[^\w-]/.test(part) ? undefined : false;
  }
  return path.length === pattern.length ? true : undefined;
}
