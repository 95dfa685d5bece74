import type { Source } from '@tenantlint/model';

/** A file with one tenant condition, or one check, taken out. */
export interface Mutant {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** Lines where the finding has to stand. */
  readonly from: number;
  readonly to: number;
  /** Lines of it where something is wrong in the original as well. */
  readonly before: ReadonlySet<number>;
}

/** How these products spell their tenant. */
const TENANT = String.raw`(?:organizationId|organization_id|companyId|company_id|dealershipId|dealership_id)`;
/** Conditions as they stand in a query. */
const CONDITIONS: readonly RegExp[] = [
  new RegExp(String.raw`\s*\.(?:eq|filter)\('${TENANT}',[^()]*\)`),
  new RegExp(String.raw`\borganization: \{ (?:id: [\w.]+|connect: \{ id: [\w.]+ \}) \},?\s?`),
  new RegExp(String.raw`(?<=[{,]\s*)\b${TENANT}: (?!true|null|false)[\w.!?]+,?\s?`),
  new RegExp(String.raw`(?<=[{,]\s*)\b${TENANT}(?=\s*[,}]),?\s?`),
];
/** Checks after which the code goes on only for the right tenant: what is left of them stays, so that the program means the same apart from it. */
const CHECKS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw` \|\| [\w.]+\.${TENANT} !== [\w.]+`), ''],
  [new RegExp(String.raw`[\w.]+\??\.${TENANT} !== [\w.]+ \|\| `), ''],
  [new RegExp(String.raw`if \([\w.]+\??\.${TENANT} !== [\w.]+\)`), 'if (false)'],
  [/if \(!?count(?: (?:!==|===) [01])?\)/, 'if (false)'],
  [/if \([\w?.]+\.length !== .*\) (?=throw|return)/, 'if (false) '],
];
const BEGINS = /\b(?:await|return|const)\b|\b(?:prisma|tx|admin|supabase|db|supabaseAdmin)\.\w+/;
const HANDLER = /^(?:export (?:async )?function|serve\(|async function|\w+\.(?:get|post|put|patch|delete)\(|.*\broute\(async)/;

/** The policies, a secret or the work itself answer for these sites: no condition of theirs does. */
const ELSEWHERE = /compound unique|named compound|polic(?:y|ies)|row level security|secret|caller's rights|the (?:browser|session|signed-in)'?s? client|this client adds|by design|all (?:firms|dealerships)|every(?:body| studio)|queue worker|ship with the product|signed webhook/;

/** What is left asks for rows of the caller's own, or takes ids from rows that were listed under the tenant: still right. */
const STILL_RIGHT = /coach_id: userId|assigneeId: userId|colleagues\?\.length !== /;

/** Code that finds out who is calling, and jobs of the product itself. */
const OUTSIDE = /(?:^|\/)(?:_shared|middleware|jobs|webhooks|cron|nightly-feed)\/|lib\/(?:session|company)\.ts$/;
/** The caller's own client: row level security stands behind what is taken out. */
const SIGNED_IN = /\bsupabase\s*(?:$|\.from|\.rpc)/m;

/** Mutants of the statement that a line begins, and of the checks before it in the same function. */
export function mutantsOf({ path: file, text }: Source, line: number): Mutant[] {
  if (OUTSIDE.test(file) || ELSEWHERE.test(reasonOf(text, line))) return [];
  const lines = text.split('\n');
  let start = line - 1;
  while (start > 0 && !BEGINS.test(lines[start] ?? '')) start--;
  const end = statementEnd(lines, start);
  if (SIGNED_IN.test(lines.slice(start, end + 1).join('\n'))) return [];
  const before = wrongLines(lines);
  const place = (i: number): string => `${file}:${i + 1}`;
  const own = change(lines, start, end, CONDITIONS.map((c) => [c, ''] as const));
  if (own && STILL_RIGHT.test(lines.slice(start, end + 1).join('\n'))) return [];
  if (own) return [{ title: `${place(own.at)} without ${own.taken}`, file, text: own.text, from: start + 1, to: functionEnd(lines, end), before }];
  let first = start;
  while (first > 0 && !HANDLER.test(lines[first] ?? '')) first--;
  for (let i = start - 1; i > first; i--) {
    const check = change(lines, i, i, CHECKS);
    if (check && STILL_RIGHT.test(lines[i] ?? '')) return [];
    if (check) return [{ title: `${place(i)} without ${check.taken}`, file, text: check.text, from: first + 1, to: functionEnd(lines, end), before }];
  }
  return [];
}

/** What the mark below the line says of it. */
function reasonOf(text: string, line: number): string {
  const below = text.split('\n').slice(line);
  const end = below.findIndex((l) => !/^\s*\/\//.test(l));
  return below.slice(0, Math.max(end, 1)).join(' ');
}

function change(lines: readonly string[], from: number, to: number, by: readonly (readonly [RegExp, string])[]): { readonly at: number; readonly text: string; readonly taken: string } | undefined {
  for (let i = from; i <= to; i++) {
    const line = lines[i] ?? '';
    if (/^\s*\/\//.test(line)) continue;
    for (const [what, instead] of by) {
      const taken = what.exec(line)?.[0];
      if (taken === undefined) continue;
      return { at: i, taken: taken.trim(), text: lines.with(i, line.replace(what, instead)).join('\n') };
    }
  }
  return undefined;
}

/** A row that was fetched wrongly shows where it is used. */
function functionEnd(lines: readonly string[], from: number): number {
  const end = lines.findIndex((l, i) => i >= from && /^[)}]/.test(l));
  return (end < 0 ? lines.length - 1 : end) + 1;
}

/** The line in which the brackets that the statement opens are closed again. */
function statementEnd(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const line = (lines[i] ?? '').replace(/\/\/.*$|'(?:[^'\\]|\\.)*'/g, '');
    for (const c of line) depth += '([{'.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0;
    const next = lines.slice(i + 1).find((l) => !/^\s*\/\//.test(l)) ?? '';
    if (depth <= 0 && !/^\s*\./.test(next)) return i;
  }
  return lines.length - 1;
}

/** Lines above a mark of a finding. */
function wrongLines(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let code = 0;
  for (const [i, line] of lines.entries()) {
    if (!/^\s*\/\//.test(line)) code = i + 1;
    else if (/\^{2,} [a-z]/.test(line)) found.add(code);
  }
  return found;
}
