import { LineIndex, type Finding, type Related, type Source, type Span } from '@tenantlint/model';

/**
 * What a file says about one place of itself, in comments right under the line of code:
 *
 *     alter table projects disable row level security;
 *     --          ^^^^^^^^ table-without-rls/disabledAgain #1: part of the text
 *
 * `^^^` a finding, `~~~ #1` a related place of the finding tagged #1, `ok:` a deliberate silence,
 * `todo:` a known miss, `^^^ wrong:` a known false alarm. The last two fail when they stop being true.
 * A mark whose code starts at column 1 is written with `<`: `--<^^^ rule` (the caret cannot stand under the comment).
 */
export interface Mark {
  readonly kind: 'finding' | 'related' | 'ok' | 'todo' | 'wrong';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly rule?: string;
  readonly message?: string;
  readonly tag?: string;
  readonly text?: string;
}

const LEADER: Readonly<Record<string, string>> = { sql: '--', ts: '//', tsx: '//', js: '//', jsx: '//', mts: '//', prisma: '//', py: '#' };
const POINTER = /^(?<lead><)?(?<run>\^+|~+)\s+(?<wrong>wrong:\s*)?(?:(?<rule>[a-z][a-z0-9-]*)(?:\/(?<message>\w+))?)?\s*(?<tag>#\w+)?\s*:?\s*(?<text>.*)$/;
const SILENCE = /^\s*(?<kind>ok|todo): (?<rule>[a-z0-9-]+)/;

export function readMarks({ path, text }: Source): Mark[] {
  const leader = LEADER[path.slice(path.lastIndexOf('.') + 1)];
  if (leader === undefined) return [];
  const marks: Mark[] = [];
  let code = 0;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    const indent = line.length - line.trimStart().length;
    const body = line.startsWith(leader, indent) ? line.slice(indent + leader.length) : undefined;
    const silence = body === undefined ? undefined : SILENCE.exec(body)?.groups;
    if (silence) {
      marks.push({ kind: silence['kind'] === 'ok' ? 'ok' : 'todo', file: path, line: code, column: 1, length: 0, rule: silence['rule'] ?? '' });
      continue;
    }
    const found = body === undefined ? undefined : POINTER.exec(body.trimStart())?.groups;
    if (!found || body === undefined) {
      code = i + 1;
      continue;
    }
    const run = found['run'] ?? '';
    const isFinding = run.startsWith('^');
    if (isFinding && found['rule'] === undefined) throw new Error(`${path}:${i + 1}: a ^ mark names a rule`);
    const note = isFinding ? found['text'] : [found['rule'], found['text']].filter(Boolean).join(' ');
    marks.push({
      kind: !isFinding ? 'related' : found['wrong'] === undefined ? 'finding' : 'wrong',
      file: path,
      line: code,
      column: found['lead'] === undefined ? line.length - body.trimStart().length + 1 : 1,
      length: run.length,
      ...(isFinding && found['rule'] !== undefined ? { rule: found['rule'] } : {}),
      ...(isFinding && found['message'] !== undefined ? { message: found['message'] } : {}),
      ...(found['tag'] === undefined ? {} : { tag: found['tag'] }),
      ...(note === undefined || note === '' ? {} : { text: note }),
    });
  }
  return marks;
}

/** Every finding is marked and every mark is a finding: the sentences that are not true. */
export function disagreements(sources: readonly Source[], findings: readonly Finding[], ruleIds: ReadonlySet<string>): string[] {
  const index = new Map(sources.map(s => [s.path, new LineIndex(s.text)]));
  const place = (at: Span) => ({ ...(index.get(at.file)?.position(at.start) ?? { line: 0, column: 0 }), length: at.end - at.start });
  const covers = (m: Mark, at: Span) => {
    const p = place(at);
    return m.file === at.file && m.line === p.line && m.column === p.column && m.length === p.length;
  };
  const says = (m: Mark, f: Finding) => f.rule === m.rule && covers(m, f.at) && (m.message === undefined || m.message === f.message) && (m.text === undefined || f.text.includes(m.text));
  const marks = sources.flatMap(readMarks);
  const wrong: string[] = [];
  const left = new Set(findings);
  for (const m of marks) {
    const where = `${m.file}:${m.line}:${m.column}`;
    if (m.rule !== undefined && !ruleIds.has(m.rule)) {
      wrong.push(`${where} names no rule: ${m.rule}`);
      continue;
    }
    const onLine = () => findings.filter(f => f.rule === m.rule && f.at.file === m.file && place(f.at).line === m.line);
    switch (m.kind) {
      case 'related':
        break;
      case 'ok':
        for (const f of onLine()) wrong.push(`${where} is marked ok, yet ${f.rule} reports it: ${f.text}`);
        break;
      case 'todo':
        if (onLine().length > 0) wrong.push(`${where} is marked todo, yet ${m.rule ?? ''} finds it now: make it a ^ mark`);
        break;
      case 'finding':
      case 'wrong': {
        const f = [...left].find(x => says(m, x));
        if (!f) {
          wrong.push(m.kind === 'wrong' ? `${where} is marked wrong, yet ${m.rule ?? ''} is silent now: make it ok` : `${where} expected ${m.rule ?? ''}${m.message === undefined ? '' : `/${m.message}`}${m.text === undefined ? '' : ` "${m.text}"`} over ${m.length} columns`);
          break;
        }
        left.delete(f);
        for (const r of marks) {
          if (r.kind !== 'related' || r.tag === undefined || r.tag !== m.tag) continue;
          const hit = f.related.some((x: Related) => covers(r, x.at) && (r.text === undefined || x.note.includes(r.text)));
          if (!hit) wrong.push(`${r.file}:${r.line}:${r.column} expected as related place ${r.tag} of ${where}`);
        }
      }
    }
  }
  for (const f of left) {
    const p = place(f.at);
    wrong.push(`${f.at.file}:${p.line}:${p.column} unexpected ${f.rule}/${f.message} over ${p.length} columns: ${f.text}`);
  }
  return wrong;
}
