import type { Source } from '@tenantlint/model';
import type { Mutant } from './mutants.ts';

const TENANT = String.raw`(?:\w+\.)?tenant_id`;
/** A value without a comma or a bracket of its own; no column of another table. */
const VALUE = String.raw`(?![A-Z])[\w.]+`;
/** Conditions and values as they stand in a statement, and what is left of them. */
const TAKEN: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`,\s*\w+\.${TENANT} == ${VALUE}(?=[,)])`), ''],
  [new RegExp(String.raw`(?<=\()\w+\.${TENANT} == ${VALUE},\s*`), ''],
  [new RegExp(String.raw`(?<=\()\w+\.tenant_id == ${VALUE}(?=\))`), ''],
  [new RegExp(String.raw`^\s+\w+\.tenant_id == ${VALUE},?$`), ''],
  [new RegExp(String.raw` & \(\w+\.tenant_id == ${VALUE}\)`), ''],
  [new RegExp(String.raw`(?<=\[)\w+\.tenant_id == ${VALUE}(?=\])`), ''],
  [new RegExp(String.raw`(?<=[(,{]\s*|^\s+)tenant_id=${VALUE}(?:,\s*|(?=\)))`), ''],
  [new RegExp(String.raw`, "tenant_id": ${VALUE}(?=\})`), ''],
  [/where tenant_id = :tenant /, ''],
  [new RegExp(String.raw` or \w+\.tenant_id != ${VALUE}`), ''],
  [/if (?:own != wanted|not own):/, 'if False:'],
];

/** Nobody but the product calls these. */
const ELSEWHERE = /(?:^|\/)(?:tasks|seed)\.py$/;
/** What is left is still right: it goes by a project that is the tenant's; or it would not run. */
const STILL_RIGHT = /== project\.id, Document\.tenant_id|^\s+\.where\((?:Document|Inspection)\.tenant_id == tenant_id\)|return CurrentUser\(/;

/** Mutants of every function that carries no mark of a finding. */
export function pythonMutants({ path: file, text }: Source): Mutant[] {
  if (ELSEWHERE.test(file)) return [];
  const lines = text.split('\n');
  return functions(lines).flatMap(({ from, to }): Mutant[] => {
    const own = lines.slice(from, to + 1);
    if (own.some((l) => /^\s*#\s*(?:\^|~|todo:)/.test(l))) return [];
    return own.flatMap((line, i): Mutant[] => {
      const by = TAKEN.find(([what]) => what.test(line));
      const taken = by?.[0].exec(line)?.[0].trim();
      if (!by || taken === undefined || STILL_RIGHT.test(own.slice(i, i + 3).join(' '))) return [];
      const at = from + i;
      return [{ title: `${file}:${at + 1} without ${taken}`, file, text: lines.with(at, line.replace(...by)).join('\n'), from: from + 1, to: to + 1, before: new Set() }];
    });
  });
}

/** First and last lines of the functions of a module, decorators left out. */
function functions(lines: readonly string[]): { readonly from: number; readonly to: number }[] {
  return lines.flatMap((line, from) => {
    if (!/^(?:async )?def /.test(line)) return [];
    const next = lines.findIndex((l, i) => i > from && /^[\w@]/.test(l));
    return [{ from, to: (next < 0 ? lines.length : next) - 1 }];
  });
}
