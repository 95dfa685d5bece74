import { offlineKind } from './system.ts';

/** Folders and names under which frameworks look for what they serve. */
const SERVED = /(?:^|\/)app\/(?:.*\/)?(?:route|page|layout|template|default|not-found|error|opengraph-image|sitemap)\.[cm]?[jt]sx?$|(?:^|\/)pages\/|(?:^|\/)(?:middleware|proxy)\.[cm]?[jt]s$/;

/** What stands in a file whose functions are reached from outside: directives, decorators, and calls that register. */
const REGISTERS = new RegExp([
  String.raw`['"]use server['"]`,
  '@nestjs',
  String.raw`\bexport\b.*\b(?:loader|action)\b`,
  String.raw`\b(?:Query|Mutation|Subscription)\b`,
  // `app.get('/path', handler)`; a call with one argument only reads.
  String.raw`\.(?:get|post|put|patch|delete|del|all|head|options|openapi)\s*\(\s*[^\s()][^()]*,`,
  String.raw`\.(?:use|route|mount|register|addHook|query|mutation|subscription|handler|action|stateAction)\s*\(`,
  String.raw`\bserve\s*\(|\bDeno\.|\bBun\.|\baddEventListener\b`,
  String.raw`\b(?:createFunction|tasks?|schedules?|Worker|process|work|define|cron|CronJob|command|subscribe|consume|workflow)\s*\(`,
  String.raw`\bexport default\b[\s\S]*\b(?:fetch|scheduled|queue)\b`,
].join('|'));

/** What runs when the file is loaded may register in a function of another file. */
const STARTS = /^(?:void\s+|await\s+)?[\w$][\w$.]*\(/m;
const MADE = /^(?:export\s+)?(?:const|let|var)\s[^=\n]+=\s*(?:await\s+)?[\w$.]+(?:<[^\n]*>)?\(/m;

/**
 * Whether a file that asks no database itself may hold an entry point, by its path and text: more than it should, and
 * never less. Anything else is only read where one of these calls it.
 */
export function mayEnter(path: string, text: string): boolean {
  if (offlineKind(path) !== undefined) return false;
  return SERVED.test(path) || REGISTERS.test(text) || STARTS.test(text) || (!/\.[jt]sx$/.test(path) && MADE.test(text));
}
