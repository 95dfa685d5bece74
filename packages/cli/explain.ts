import { visible } from '@tenantlint/engine';
import { LineIndex, tableName, type Outcome, type Rule, type Span } from '@tenantlint/model';
import type { Analysis } from './analyse.ts';
import { UsageError } from './usage-error.ts';
import { rowSecurity, tenancyColumns } from './inspect.ts';
import type { Workspace } from './workspace.ts';

/** What a rule looks for, as its page says it, without the cases that test it. */
export async function explainRule(rule: Rule): Promise<string> {
  const { pages } = await import('@tenantlint/rules/pages');
  const prose = (pages[rule.id] ?? '').split(/^(?:#{2,} |```)/m)[0]?.replace(/^# .*\n/, '').trim();
  return [
    `${rule.id}  (${rule.severity}, from the ${rule.preset} preset on${rule.preview ? ', preview' : ''}, since ${rule.since})`,
    ...(prose === undefined || prose === '' ? [] : [prose]),
    ...Object.entries(rule.messages).map(([name, m]) => `  ${name}\n    ${m.what}\n    why: ${m.why}\n    fix: ${m.fix}`),
    ...(rule.sources.length === 0 ? [] : [`Answers ${rule.sources.map((s) => `${s.tool} ${s.rule}`).join(', ')}.`]),
    `Turn it off: "rules": { "${rule.id}": "off" } in tenantlint.config.jsonc, or one finding with a comment\n  tenantlint-disable-next-line ${rule.id} -- the reason`,
  ].join('\n\n') + '\n';
}

/** Why a table counts as it does: its tenancy and who reaches it, each answer with its place. */
export function explainTable(name: string, { facts, models }: Analysis, workspace: Workspace): string {
  const where = wheres(workspace);
  const tables = [...facts.schema.tables.values()];
  const named = tables.filter((t) => t.key === name || t.name === name || models.some((map) => map.models.get(name)?.table === t.key));
  if (named.length === 0) throw new UsageError(`there is no table ${name}${near(name, tables.filter((t) => !t.platform).map((t) => tableName(t.key)))}`);
  return named.map((t) => {
    const { tenancy, why, declared } = facts.tenancyOf(t);
    const { columns } = tenancyColumns(tenancy);
    const { rls, forced } = rowSecurity(t, facts);
    const path = (tenancy.kind === 'through' || tenancy.kind === 'user-owned') && tenancy.path ? ` → ${tenancy.path.map((h) => h.parent).join(' → ')}` : '';
    return [
      `${t.key}  ${where(t.at)}`,
      `tenancy: ${tenancy.kind}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}${path}${declared ? ', declared in the configuration' : ''}`,
      ...why.map((r) => `  ${visible(r.text)}  ${where(r.at)}`),
      `row level security: ${rls === 'unknown' ? 'unknown' : rls ? 'enabled' : 'off'}${forced === true ? ', forced' : ''}${t.rls ? `  ${where(t.rls.at)}` : ''}`,
      ...facts.access(t).flatMap((a) => [
        `${a.role} ${a.command}: ${a.verdict}${a.policy === undefined ? '' : ` (policy "${a.policy}")`}`,
        ...(a.escape ? [`  ${visible(a.escape.row)}  ${where(a.escape.at)}`] : []),
        ...(a.escalation ? [`  until ${tableName(a.escalation.table)} is written: ${visible(a.escalation.text)}  ${where(a.escalation.at)}`] : []),
        ...a.why.map((r) => `  ${visible(r.text)}  ${where(r.at)}`),
      ]),
      ...facts.sites.filter((s) => s.table === t.key).map((s) => `${s.operation}: ${s.verdict}${s.why[0] ? ` (${s.why[0].text})` : ''}  ${where(s.at)}`),
    ].map(oneLine).join('\n');
  }).join('\n\n') + '\n';
}

/** Everything that is known about a line: what is reported there, what is defined there, what is asked there. */
export function explainLine(file: string, line: number, { facts }: Analysis, outcome: Outcome, workspace: Workspace): string {
  const text = workspace.text(file);
  if (text === undefined) throw new UsageError(`${file}: no such file`);
  const index = new LineIndex(text);
  if (line < 1 || line > index.lines) throw new UsageError(`${file}:${line}: the file has ${index.lines} lines`);
  const where = wheres(workspace);
  const here = (at: Span) => at.file === file && index.position(at.start).line <= line && index.position(Math.max(at.start, at.end - 1)).line >= line;
  const lines: string[] = [];
  for (const f of outcome.findings.filter((x) => here(x.at))) lines.push(`${f.severity} ${f.rule} (${f.certainty})${f.suppressed ? ` suppressed: ${visible(f.suppressed.reason)}` : ''}\n  ${visible(f.text)}\n  why: ${visible(f.why)}\n  fix: ${visible(f.fix)}`);
  for (const s of facts.sites.filter((x) => here(x.at))) {
    lines.push([`${s.client} ${visible(s.operation)} on ${visible(s.table ?? 'a table that could not be told')}: ${s.verdict} (${s.certainty})`, ...[...s.why, ...s.path].map((r) => `  ${visible(r.text)}  ${where(r.at)}`)].join('\n'));
  }
  for (const t of facts.schema.tables.values()) {
    if (here(t.at)) lines.push(`creates table ${visible(t.key)}: ${facts.tenancyOf(t).tenancy.kind}; \`tenantlint explain table ${visible(tableName(t.key))}\` says why`);
    for (const p of t.policies.values()) {
      if (!here(p.at) && !here(p.changedAt)) continue;
      lines.push([`policy "${visible(p.name)}" of ${visible(t.key)}, ${p.command} to ${p.roles.join(', ')}`, ...(['using', 'check'] as const).flatMap((side) => {
        if ((side === 'using' && p.command === 'insert') || (side === 'check' && (p.command === 'select' || p.command === 'delete'))) return [];
        const i = facts.isolates(t, p, side);
        const reasons = i.verdict === 'unknown' ? i.opaque : i.because;
        return [`  ${side} isolates: ${i.verdict}${i.verdict === 'no' ? ` (${visible(i.escape.row)})` : ''}`, ...reasons.map((r) => `    ${visible(r.text)}  ${where(r.at)}`)];
      })].join('\n'));
    }
  }
  for (const u of outcome.unread.filter((x) => here(x.at))) lines.push(`not read: ${visible(u.reason)}`);
  return `${lines.length > 0 ? lines.join('\n\n') : `nothing is known about ${file}:${line}`}\n`;
}

function wheres(workspace: Workspace): (at: Span) => string {
  const indexes = new Map<string, LineIndex>();
  return ({ file, start }) => {
    if (file === '' || workspace.text(file) === undefined) return '';
    let index = indexes.get(file);
    if (!index) indexes.set(file, (index = new LineIndex(workspace.text(file) ?? '')));
    const { line, column } = index.position(start);
    return `${visible(workspace.prefix + file)}:${line}:${column}`;
  };
}

function oneLine(text: string): string {
  return visible(text).trimEnd();
}

/** The name that was probably meant. */
export function near(name: string, candidates: readonly string[]): string {
  const best = candidates.map((c) => ({ c, d: distance(name.toLowerCase(), c.toLowerCase()) })).sort((a, b) => a.d - b.d)[0];
  return best && best.d <= Math.max(2, Math.floor(name.length / 3)) ? `; did you mean ${visible(best.c)}?` : '';
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
