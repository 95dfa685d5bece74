import { compare, runRules, selectRules, shows, suppress, suppressionFinding, byPlace, unique, SUPPRESSION, type FileLines, type Preset } from '@tenantlint/engine';
import { LineIndex, type Finding, type Outcome, type Rule, type Severity, type Summary } from '@tenantlint/model';
import type { Analysis } from './analyse.ts';
import { atModels } from './at-models.ts';
import type { Config } from './config-file.ts';
import { ledger } from './ledger.ts';
import { VERSION } from './version.ts';
import type { Workspace } from './workspace.ts';

export interface Selection {
  readonly preset: Preset;
  readonly config: Config;
  readonly rules: readonly Rule[];
  /** Every id that a comment may name. */
  readonly known: ReadonlySet<string>;
}

/** Asks the rules, honours the suppressions, and keeps what the preset shows. */
export function judge(workspace: Workspace, analysis: Analysis, { preset, config, rules, known }: Selection): Outcome {
  const { facts } = analysis;
  const severities = config.rules ?? {};
  const selected = selectRules(rules, preset, severities);
  const { findings: reported, notRun } = runRules(selected, facts, analysis.missing);
  const skipped = new Set(notRun.map((n) => n.rule));
  const ran = new Set(selected.map((s) => s.rule.id).filter((id) => !skipped.has(id)));
  const answered = suppress(atModels(reported, analysis), fileLines(analysis, workspace, new Set(rules.filter((r) => r.needs.includes('sites')).map((r) => r.id))), known, ran);
  const about = severities[SUPPRESSION];
  const problems = about === 'off' ? [] : answered.problems.map((p) => suppressionFinding(p, facts.text(p.at), about));
  const inScope = (f: Finding) => workspace.only === undefined || workspace.only.has(f.at.file);
  const findings = unique([...answered.findings.filter((f) => shows(preset, f.certainty)), ...problems].filter(inScope)).sort(byPlace);
  return {
    tool: VERSION,
    root: workspace.root,
    findings,
    notRun,
    unread: [...analysis.unread].sort((a, b) => compare(a.at.file, b.at.file) || a.at.start - b.at.start || compare(a.reason, b.reason)),
    notes: analysis.notes,
    summary: summarise(findings, analysis),
    rules: selected.map(({ rule }) => ({ id: rule.id, what: first(rule).what, why: first(rule).why })),
    text: (path) => workspace.text(path),
  };
}

const LEVEL: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 };

/** Whether anything is reported at or above the level that fails a run. */
export function fails({ findings }: Outcome, failOn: Severity): boolean {
  return findings.some((f) => !f.suppressed && LEVEL[f.severity] >= LEVEL[failOn]);
}

/** Lines of the files in which somebody wrote a directive; most files are never looked at. */
function fileLines({ comments, statements, facts }: Analysis, workspace: Workspace, aboutSites: ReadonlySet<string>): ReadonlyMap<string, FileLines> {
  const files = new Map<string, FileLines>();
  for (const [file, list] of comments) {
    const text = workspace.text(file);
    if (text === undefined || !text.includes('tenantlint-')) continue;
    const index = new LineIndex(text);
    const lineOf = (offset: number) => index.position(offset).line;
    const ends = new Map((statements.get(file) ?? []).map((at) => [lineOf(at.start), lineOf(at.end)]));
    const proof = (rule: string, from: number, to: number): string | undefined => {
      if (!aboutSites.has(rule)) return undefined;
      const there = facts.sites.filter((s) => s.at.file === file && lineOf(s.at.start) >= from && lineOf(s.at.start) <= to);
      return there.length > 0 && there.every((s) => s.verdict === 'scoped' || s.verdict === 'guarded' || s.verdict === 'injected') ? there[0]?.why[0]?.text : undefined;
    };
    files.set(file, { comments: list, lineOf, lines: index.lines, endOf: (line) => ends.get(line) ?? line, proof });
  }
  return files;
}

/** The outcome with what is left of its findings. */
export function recounted(outcome: Outcome): Outcome {
  return { ...outcome, summary: { ...outcome.summary, ...counted(outcome.findings) } };
}

function summarise(findings: readonly Finding[], analysis: Analysis): Summary {
  return { ...analysis.read, ...counted(findings), ledger: ledger(analysis.facts) };
}

function counted(findings: readonly Finding[]): Pick<Summary, 'errors' | 'warnings' | 'notes' | 'suppressed'> {
  const shown = findings.filter((f) => !f.suppressed);
  const count = (severity: Severity) => shown.filter((f) => f.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('note'), suppressed: findings.length - shown.length };
}

function first(rule: Rule) {
  return Object.values(rule.messages)[0] ?? { what: rule.id, why: '', fix: '' };
}
