/**
 * Which product a file of SQL is written for. Anything but Postgres comes with the place that gave it away:
 * such a file is reported as not read, and its user may want to know why.
 */
export type Dialect =
  | { readonly name: 'postgres' }
  | { readonly name: 'clickhouse' | 'mysql' | 'sqlite' | 'mssql'; readonly start: number; readonly end: number };

type Foreign = Exclude<Dialect['name'], 'postgres'>;

/**
 * The dialect of a file, Postgres unless its beginning has strong evidence against it. A short file may
 * be valid in several dialects; what its neighbours are written in is for the caller to weigh.
 */
export function dialectOf(file: string): Dialect {
  const text = file.slice(0, BEGINNING);
  if (!SUSPICIOUS.test(text)) return { name: 'postgres' };
  const code = withoutProse(text);
  if (POSTGRES.test(code)) return { name: 'postgres' };
  for (const [name, sign] of SIGNS) {
    const match = sign.exec(code);
    if (match === null) continue;
    const end = match.index + match[0].trimEnd().length;
    return { name, start: match.index + match[0].search(/[^\s;)]/), end };
  }
  return { name: 'postgres' };
}

/** A dump of many megabytes shows its dialect on its first pages. */
const BEGINNING = 200_000;

/** A word of every sign below. Most files have none, not even in a comment. */
const SUSPICIOUS =
  /`|\bengine\s*=|\blowcardinality\b|\bnullable\s*\(|\bon\s+cluster\b|\bgranularity\b|\bsettings\s+\w+\s*=|\bcodec\s*\(|\bmodify\s+query\b|\bdrop\s+index\b|\bmaterialized\s+view\b|auto_?increment|\bpragma\b|\browid\b|\)\s*strict\b|\bdatetime\b|\bcharset\b|\bcharacter\s+set\b|\[\w+\]|\bidentity\s*\(|\bnvarchar\b|^[ \t]*go[ \t]*$/im;

/** Said in Postgres and its relatives only; one of these outweighs every sign of another dialect. */
const POSTGRES =
  /\$\$|\bplpgsql\b|\brow\s+level\s+security\b|\bcreate\s+(?:policy|extension)\b|\b(?:timestamptz|jsonb|bytea|bigserial|regclass)\b|::\s*[a-z"]/i;

/** What the Postgres grammar, or a Postgres catalog, refuses. The first sign that matches decides. */
const SIGNS: readonly (readonly [Foreign, RegExp])[] = [
  ['clickhouse', /\bengine\s*=\s*\w*mergetree\b/i],
  ['clickhouse', /\)\s*engine\s*=\s*(?:distributed|null|log|tinylog|kafka|buffer)\b/i],
  ['clickhouse', /\blowcardinality\s*\(/i],
  ['clickhouse', /\bnullable\s*\(\s*(?:string|fixedstring|u?int\d+|float\d+|date\w*|uuid|decimal)\b/i],
  ['clickhouse', /\b(?:create|alter|drop)\s[^;]{1,300}?\son\s+cluster\s+\S+/i],
  ['clickhouse', /\b(?:add|materialize)\s+index\s[^;]{1,300}?\sgranularity\s+\d+/i],
  ['clickhouse', /\bsettings\s+\w+\s*=\s*\d+\s*(?:;|$)/i],
  ['clickhouse', /\bcodec\s*\(\s*(?:zstd|lz4|lz4hc|delta|doubledelta|gorilla|none)\b/i],
  ['clickhouse', /\balter\s+table\s+\S+\s+(?:modify\s+query\b|drop\s+index\s+if\s+exists\s+\w+)/i],
  ['clickhouse', /\bcreate\s+materialized\s+view\s+(?:if\s+not\s+exists\s+)?\S+\s+to\s+\S+\s+as\b/i],
  ['sqlite', /\b(?:integer|key|asc|desc)\s+autoincrement\b/i],
  ['sqlite', /(?:^|;)\s*pragma\s+\w+/i],
  ['sqlite', /\)\s*without\s+rowid\b/i],
  ['sqlite', /\bcreate\s+table\b[^;]{0,4000}\)\s*strict\s*(?:;|$)/i],
  ['sqlite', /`\w+`\s+(?:text|integer|real|blob)\s+(?:primary\s+key|not\s+null)\b/i],
  ['sqlite', /"\w+"\s+datetime\s+(?:not\s+null\s+)?default\s+current_timestamp\b/i],
  ['mysql', /\b(?:int|integer|bigint|smallint|unsigned|null|key)(?:\s*\(\d+\))?\s+auto_increment\b/i],
  ['mysql', /\bauto_increment\s*=\s*\d+/i],
  ['mysql', /\bengine\s*=\s*(?:innodb|myisam)\b/i],
  ['mysql', /\)\s*(?:default\s+)?(?:charset|character\s+set)\s*=?\s*\w+/i],
  ['mysql', /\b(?:table|index|view|into|update|from)\s+(?:if\s+(?:not\s+)?exists\s+)?`[^`\n]+`/i],
  ['mssql', /\[dbo\]\s*\.\s*\[\w+\]/i],
  ['mssql', /\b(?:create|alter|drop)\s+table\s+\[\w+\]/i],
  ['mssql', /\bidentity\s*\(\s*\d+\s*,\s*\d+\s*\)/i],
  ['mssql', /\bnvarchar\s*\(\s*(?:\d+|max)\s*\)/i],
  // Not as the last or a middle entry of a list that has one name to a line.
  ['mssql', /(?<=[^\s,(]\s*\n)[ \t]*go[ \t]*\r?$(?!\s*[,)])/im],
];

const PROSE = /--[^\n\r]*|\/\*[^]*?(?:\*\/|$)|'[^']*(?:'|$)/g;

/** Comments and strings blanked, for what they quote is no evidence; lines and offsets stay. */
function withoutProse(text: string): string {
  return text.replace(PROSE, (prose) => prose.replace(/[^\n\r]/g, ' '));
}
