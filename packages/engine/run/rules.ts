import { hash } from 'node:crypto';
import type { AnyReport, Facts, Finding, LintResult, Need, Nouns, Rule, Severity } from '@tenantlint/model';
import { visible } from './visible.ts';

export interface RuleSelection {
  readonly rule: Rule;
  /** Replaces the severity of every message. */
  readonly severity?: Severity;
}

/** What was found by no source, and why: a rule that needs it is listed as not run instead of passing silently. */
export type Missing = ReadonlyMap<Need, string>;

/** A rule that wants to see nouns of one kind; it is handed the noun, and what the noun stands in. */
interface Asked {
  readonly rule: Rule;
  see(noun: unknown, within: unknown): void;
}

/** What a hook is given besides the facts: nothing, the noun, or the noun and what it stands in (for a step, its index). */
const NOUNS = { project: 0, table: 1, column: 2, index: 2, policy: 2, view: 1, fn: 1, site: 1, step: 2 } as const satisfies { readonly [N in keyof Nouns]: Nouns[N]['length'] };

/**
 * Asks every rule about each noun it wants to see. Findings come out sorted by place, then rule. A rule that throws is
 * out for the rest of the run and is listed as not run: the others still say what they found.
 */
export function runRules(selected: readonly RuleSelection[], facts: Facts, missing: Missing): LintResult {
  const findings: Finding[] = [];
  const notRun: { rule: string; reason: string }[] = [];
  const broken = new Map<string, unknown>();
  const asked = new Map<string, Asked[]>();
  for (const { rule, severity } of selected) {
    const lacking = rule.needs.find(n => missing.has(n));
    if (lacking !== undefined) notRun.push({ rule: rule.id, reason: missing.get(lacking) ?? lacking });
    else enlist(asked, rule, facts, r => findings.push(finding(rule, r, severity, facts)));
  }
  const ask = <N extends keyof Nouns>(noun: N, ...[one, within]: Nouns[N] | [undefined, undefined]): void => {
    for (const { rule, see } of asked.get(noun) ?? []) {
      if (broken.has(rule.id)) continue;
      try {
        see(one, within);
      } catch (error) {
        broken.set(rule.id, error);
      }
    }
  };
  ask('project');
  for (const table of facts.schema.tables.values()) {
    const own = !table.platform && !table.temporary;
    if (own) {
      ask('table', table);
      for (const column of table.columns.values()) ask('column', column, table);
      for (const index of table.indexes.values()) ask('index', index, table);
    }
    // Policies that the product puts on the platform's tables (storage.objects) are the product's.
    for (const policy of table.policies.values()) if (policy.createdIn >= 0) ask('policy', policy, table);
  }
  for (const view of facts.schema.views.values()) if (!view.platform) ask('view', view);
  for (const routine of facts.schema.functions.values()) if (!routine.platform) ask('fn', routine);
  for (const site of facts.sites) ask('site', site);
  facts.timeline.steps.forEach((step, index) => ask('step', step, index));
  for (const [rule, error] of broken) notRun.push({ rule, reason: `it failed: ${error instanceof Error ? error.message : String(error)}` });
  return { findings: unique(findings), notRun: notRun.sort((a, b) => compare(a.rule, b.rule)) };
}

function enlist(asked: Map<string, Asked[]>, rule: Rule, facts: Facts, report: (r: AnyReport) => void): void {
  for (const [noun, args] of Object.entries(NOUNS)) {
    // Each noun is asked with what `Nouns` says of it.
    const hook = rule.visit[noun as keyof Nouns] as ((...all: readonly unknown[]) => void) | undefined;
    if (hook === undefined) continue;
    const see = args === 2 ? (one: unknown, within: unknown) => hook(one, within, facts, report) : args === 1 ? (one: unknown) => hook(one, facts, report) : () => hook(facts, report);
    const list = asked.get(noun);
    if (list) list.push({ rule, see });
    else asked.set(noun, [{ rule, see }]);
  }
}

function finding(rule: Rule, r: AnyReport, severity: Severity | undefined, facts: Facts): Finding {
  const message = rule.messages[r.message];
  if (!message) throw new Error(`${rule.id} has no message ${r.message}`);
  const fill = (text: string) => filled(text, r.data ?? {});
  return {
    rule: rule.id,
    message: r.message,
    text: fill(message.what),
    why: fill(message.why),
    fix: fill(message.fix),
    severity: severity ?? message.severity ?? rule.severity,
    certainty: r.certainty ?? 'proven',
    at: r.at,
    related: r.related ?? [],
    subject: r.subject,
    fixes: r.fixes ?? [],
    fingerprint: fingerprint([rule.id, r.message, r.at.file, r.subject.kind, r.subject.name, facts.text(r.at).replace(/\s+/g, ' ')]),
  };
}

/** Texts of messages cut at their placeholders: every second part is a name. */
const cut = new Map<string, readonly string[]>();

function filled(text: string, data: Readonly<Record<string, string>>): string {
  let parts = cut.get(text);
  if (parts === undefined) cut.set(text, (parts = text.split(/\{(\w+)\}/)));
  if (parts.length === 1) return text;
  let out = '';
  let named = false;
  for (const part of parts) {
    const value = named ? data[part] : undefined;
    out += !named ? part : value === undefined ? `{${part}}` : visible(value);
    named = !named;
  }
  return out;
}

/** Stable when lines move: no position goes in. Equal places of one subject are told apart by `unique`. */
export function fingerprint(parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'hex').slice(0, 16);
}

/** One finding per rule, message and place; sorted; repeated fingerprints numbered in order of place. */
export function unique(findings: readonly Finding[]): Finding[] {
  const times = new Map<string, number>();
  const out: Finding[] = [];
  let before: Finding | undefined;
  for (const f of [...findings].sort(byPlace)) {
    if (before !== undefined && byPlace(before, f) === 0) continue;
    before = f;
    const n = (times.get(f.fingerprint) ?? 0) + 1;
    times.set(f.fingerprint, n);
    out.push(n === 1 ? f : { ...f, fingerprint: `${f.fingerprint}-${n}` });
  }
  return out;
}

export function byPlace(a: Finding, b: Finding): number {
  return compare(a.at.file, b.at.file) || a.at.start - b.at.start || a.at.end - b.at.end || compare(a.rule, b.rule) || compare(a.message, b.message) || compare(a.subject.name, b.subject.name);
}

/** By code units: the same order on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
