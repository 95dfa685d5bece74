import { styleText } from 'node:util';
import { visible } from '@tenantlint/engine';
import type { Model } from './inspect.ts';

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;
type TableModel = Model['tables'][number];

const MOOD: Readonly<Record<string, Style>> = { isolated: 'green', yes: 'green', scoped: 'green', guarded: 'green', injected: 'green', leak: 'red', no: 'red', unknown: 'yellow' };

/** The model for people: what the platform brought along is left to the JSON, and what a reader of the schema would ask first stands first. */
export function prettyModel(model: Model, color: boolean): string {
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
  const mood = (verdict: string) => paint(MOOD[verdict] ?? 'dim', verdict);
  const sections = [
    model.notes.map((n) => paint('dim', visible(n))).join('\n'),
    list('histories', model.histories, (h) => `${visible(h.root === '' ? '.' : h.root)}  ${h.tool}, ${h.steps} ${h.steps === 1 ? 'step' : 'steps'}${h.skipped.map((s) => `\n    ${paint('yellow', 'left out')} ${visible(s.file)}: ${visible(s.reason)}`).join('')}`, paint),
    ...model.tables.map((t) => tableBlock(t, paint, mood)),
    list('views', model.views, (v) => `${title(v, paint)}${v.materialized ? ' materialized' : ''}${v.securityInvoker ? ' security_invoker' : ''}  reads ${names(v.reads)}${accessText(v.access, mood)}`, paint),
    list('functions', model.functions, (f) => `${title(f, paint)}  ${f.language} ${f.volatility}${f.securityDefiner ? paint('bold', ' security definer') : ''}, search_path ${f.searchPath === null ? paint('yellow', 'not set') : `'${visible(f.searchPath)}'`}, executable by ${names(f.executableBy, 'nobody')}`, paint),
    list('types', model.types, (t) => `${title(t, paint)}  ${t.kind}${'labels' in t ? ` (${names(t.labels)})` : ''}`, paint),
    list('roles', model.roles, (r) => `${title(r, paint)}${r.superuser ? ' superuser' : ''}${r.bypassRls ? ' bypassrls' : ''}${r.login ? ' login' : ''}${r.memberOf.length > 0 ? ` in ${names(r.memberOf)}` : ''}`, paint),
    list('publications', model.publications.filter((p) => p.file !== '' || p.tables.length > 0), (p) => `${title(p, paint)}  ${p.allTables ? 'all tables' : names([...p.tables, ...p.schemas.map((s) => `schema ${s}`)])}`, paint),
    list('default privileges', model.defaultPrivileges.filter((d) => d.file !== ''), (d) => `${d.grant ? 'grant' : 'revoke'} ${d.privilege} on ${d.object}s${d.inSchema === null ? '' : ` in ${visible(d.inSchema)}`} ${d.grant ? 'to' : 'from'} ${visible(d.role)}`, paint),
    list('buckets', model.buckets, (b) => `${visible(b.id)}  ${b.public === true ? 'public' : b.public === false ? 'private' : 'unknown'}`, paint),
    list('queries', model.sites, (s) => `${paint('dim', `${visible(s.file)}:${s.line}:${s.column}`)}  ${mood(s.verdict)}${s.certainty === 'proven' ? '' : ` (${s.certainty})`}  ${visible(s.operation)} ${visible(s.model ?? s.table ?? '?')}${s.why.length > 0 ? `: ${visible(s.why.join('; '))}` : ''}`, paint),
    list('not decided', model.doubts, (d) => `${paint('dim', `${visible(d.file)}:${d.line}:${d.column}`)}  ${visible(d.reason)}${d.touches.length > 0 ? ` (may have changed ${names(d.touches)})` : ' (may have changed anything)'}`, paint),
    ledgerLines(model, paint, mood),
  ];
  return `${sections.filter((s) => s !== '').join('\n\n')}\n`;
}

function tableBlock(t: TableModel, paint: Paint, mood: (verdict: string) => string): string {
  const { tenancy, rls } = t;
  const row = (label: string, lines: readonly string[]) => lines.map((line, i) => `  ${paint('dim', (i === 0 ? label : '').padEnd(9))} ${line}`);
  const by = tenancy.columns.length > 0 ? ` ${tenancy.kind === 'through' ? 'via' : 'by'} ${names(tenancy.columns)}` : '';
  const via = tenancy.path.length > 0 ? ` → ${tenancy.path.map(visible).join(' → ')}` : '';
  return [
    `${title(t, paint)}  ${mood(t.verdict)}${t.inferred ? paint('yellow', '  (never created by these files)') : ''}`,
    ...row('tenancy', [`${tenancy.kind}${by}${via}${tenancy.declared ? ' (configuration)' : ''}`, ...tenancy.why.slice(0, 1).map((w) => paint('dim', visible(w)))]),
    ...row('rls', [rls === 'unknown' ? paint('yellow', 'unknown') : `${rls.enabled ? 'enabled' : 'off'}${rls.forced ? ', forced' : ''}`]),
    ...row('access', byRole(t.access, mood)),
    ...row('policies', t.policies.flatMap((p) => [
      `"${visible(p.name)}" ${p.permissive ? '' : 'restrictive '}${p.command} to ${names(p.roles)}, isolates: ${mood(p.isolates)}`,
      ...(p.using === null ? [] : [paint('dim', `  using ${visible(p.using)}`)]),
      ...(p.check === null ? [] : [paint('dim', `  check ${visible(p.check)}`)]),
    ])),
    ...row('columns', t.columns.map((c) => `${visible(c.name)} ${visible(c.type)}${c.notNull ? ' not null' : ''}${c.default === null ? '' : paint('dim', ` default ${visible(c.default)}`)}`)),
    ...row('indexes', t.indexes.map((i) => `${visible(i.name)} (${names(i.columns)})${i.primary ? ' primary key' : i.unique ? ' unique' : ''}${i.where === null ? '' : ` where ${visible(i.where)}`}`)),
    ...row('keys', t.foreignKeys.map((k) => `${names(k.columns)} → ${visible(k.references)} (${names(k.referencedColumns)}) on delete ${k.onDelete}`)),
    ...row('triggers', t.triggers.map((g) => `${visible(g.name)} ${g.timing} ${g.events.join(' or ')} → ${visible(g.function)}${g.enabled ? '' : ' (disabled)'}`)),
  ].join('\n');
}

function byRole(access: TableModel['access'], mood: (verdict: string) => string): string[] {
  const roles = [...new Set(access.map((a) => a.role))];
  return roles.map((role) => `${visible(role)}: ${access.filter((a) => a.role === role).map((a) => `${a.command} ${mood(a.verdict)}${a.escalation === undefined ? '' : ` until ${visible(a.escalation.table)} is written`}`).join(', ')}`);
}

function accessText(access: TableModel['access'], mood: (verdict: string) => string): string {
  const text = byRole(access, mood).join('; ');
  return text === '' ? '' : `\n    ${text}`;
}

function ledgerLines({ ledger }: Model, paint: Paint, mood: (verdict: string) => string): string {
  const line = (of: Readonly<Record<string, number>>) => Object.entries(of).filter(([, n]) => n > 0).map(([verdict, n]) => `${n} ${mood(verdict)}`).join(', ') || 'none';
  return `${paint('bold', 'ledger')}\n  tables   ${line(ledger.tables)}\n  queries  ${line(ledger.sites)}`;
}

function list<T>(label: string, of: readonly T[], line: (one: T) => string, paint: Paint): string {
  return of.length === 0 ? '' : `${paint('bold', label)}\n${of.map((one) => `  ${line(one)}`).join('\n')}`;
}

function title(one: { readonly name: string; readonly file: string; readonly line: number }, paint: Paint): string {
  return `${paint('bold', visible(one.name))}  ${paint('dim', `${visible(one.file)}:${one.line}`)}`;
}

function names(of: readonly string[], none = 'nothing'): string {
  return of.length === 0 ? none : of.map(visible).join(', ');
}
