import { describe, expect, test } from 'vitest';
import type { History, SchemaEvent, Span } from '@tenantlint/model';
import { loadPython } from '../python/grammar.ts';
import { PythonProject } from '../python/graph/project.ts';
import { createSqlParser } from '../sql/index.ts';
import { readAlembic } from './reader.ts';

const sql = createSqlParser();

async function histories(texts: Readonly<Record<string, string>>): Promise<History[]> {
  return readAlembic(new PythonProject({ files: new Set(Object.keys(texts)), text: (p) => texts[p] }, await loadPython()), sql);
}

const revision = (body: string, id = 'r1', down = 'None'): string => `import sqlalchemy as sa\nfrom alembic import op\nrevision = "${id}"\ndown_revision = ${down}\n\n${body}`;
const up = (body: string): string => revision(`def upgrade():\n${body.split('\n').map((l) => `    ${l}`).join('\n')}\n`);

async function step(text: string, more: Readonly<Record<string, string>> = {}): Promise<History['steps'][number]> {
  const [history] = await histories({ 'migrations/versions/a.py': text, 'migrations/env.py': '', ...more });
  const last = history?.steps.at(-1);
  if (!last) throw new Error('no step');
  return last;
}

/** Events in a few words. */
function words(event: SchemaEvent): string {
  switch (event.kind) {
    case 'create-table': return `table ${event.name.name}${event.ifNotExists ? '?' : ''}(${event.columns.map((c) => c.name).join(' ')})`;
    case 'alter-table': return `${event.table.name}${event.ifExists ? '?' : ''}: ${event.actions.map((a) => `${a.do} ${a.do === 'add-column' ? `${a.column.name}${a.ifNotExists ? '?' : ''}` : a.do === 'drop-column' ? `${a.column}${a.ifExists ? '?' : ''}` : a.do === 'drop-constraint' ? a.name : a.do === 'rls' ? String(a.enabled) : ''}`).join(', ')}`;
    case 'create-index': return `index ${event.name ?? ''}${event.ifNotExists ? '?' : ''}`;
    case 'create-policy': return `policy ${event.name} on ${event.table.name}`;
    case 'drop': return `drop ${event.object} ${event.names.map((n) => n.name).join()}${event.ifExists ? '?' : ''}`;
    case 'unread': return `unread ${event.verb ?? ''}`;
    case 'transaction': return event.verb;
    case 'data': return `${event.statement.kind}${event.statement.kind === 'other' ? ` ${event.statement.text}` : ''}`;
    default: return event.kind;
  }
}

const at = (text: string, span: Span | undefined): string => (span ? text.slice(span.start, span.end) : '');

describe('places', () => {
  test('in SQL written out, every name has its own', async () => {
    const text = up('op.execute("alter table projects enable row level security")');
    const [event] = (await step(text)).up;
    if (event?.kind !== 'alter-table') throw new Error('no alter');
    expect(at(text, event.table.at)).toBe('projects');
    expect(at(text, event.at)).toBe('alter table projects enable row level security');
  });

  test('in a loop, a table stands where the list names it, and the statement where it is written', async () => {
    const text = up('for t in ["projects", "documents"]:\n    op.execute(f"""\n        create policy {t}_own on {t}\n          using (tenant_id = app.tenant())\n    """)');
    const { up: events, unread } = await step(text);
    expect(unread).toEqual([]);
    expect(events.map(words)).toEqual(['policy projects_own on projects', 'policy documents_own on documents']);
    const [, second] = events;
    if (second?.kind !== 'create-policy') throw new Error('no policy');
    expect(at(text, second.table.at)).toBe('documents');
    expect(at(text, second.using?.at)).toBe('tenant_id = app.tenant()');
    expect(at(text, second.at)).toMatch(/^create policy \{t\}_own[\s\S]*app\.tenant\(\)\)$/);
  });

  test('in operations, tables, columns and indexes stand inside their quotes', async () => {
    const text = up('op.create_table("projects", sa.Column("id", sa.Uuid(), primary_key=True))\nop.create_index(op.f("ix_p"), "projects", ["id"])\nop.drop_column("projects", "id")');
    const [table, index, drop] = (await step(text)).up;
    expect(table?.kind === 'create-table' && [at(text, table.name.at), at(text, table.columns[0]?.at), at(text, table.columns[0]?.typeAt)]).toEqual(['projects', 'id', 'sa.Uuid()']);
    expect(index?.kind === 'create-index' && [at(text, index.table.at), at(text, index.keys[0]?.at)]).toEqual(['projects', 'id']);
    expect(drop?.kind === 'alter-table' && drop.actions[0]?.do === 'drop-column' && at(text, drop.actions[0].columnAt)).toBe('id');
  });

  test('SQL of another file stands there', async () => {
    const text = up('op.execute((Path(__file__).parent / "rls.sql").read_text())').replace('import sqlalchemy', 'from pathlib import Path\nimport sqlalchemy');
    const [event] = (await step(text, { 'migrations/versions/rls.sql': 'alter table a force row level security;\n' })).up;
    expect(event?.kind === 'alter-table' && [event.table.at.file, event.table.at.start]).toEqual(['migrations/versions/rls.sql', 12]);
  });
});

describe('conditions', () => {
  test('what a revision asks the database is answered from the revisions before', async () => {
    const first = revision('def upgrade():\n    op.create_table("a", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer, sa.ForeignKey("b.id")))\n', 'r1');
    const second = revision([
      'def upgrade():',
      '    inspector = sa.inspect(op.get_bind())',
      '    columns = [c["name"] for c in inspector.get_columns("a")]',
      '    if "x" in columns:',
      '        op.drop_column("a", "never")',
      '    if "y" not in columns:',
      '        op.add_column("a", sa.Column("y", sa.Integer))',
      '    if inspector.has_table("zz"):',
      '        op.drop_table("zz")',
      '    for fk in inspector.get_foreign_keys("a"):',
      '        op.drop_constraint(fk["name"], "a", type_="foreignkey")',
      '    op.drop_constraint(inspector.get_pk_constraint("a")["name"], "a", type_="primary")',
    ].join('\n'), 'r2', '"r1"');
    const { up: events, unread } = await step(first, { 'migrations/versions/b.py': second });
    expect(unread).toEqual([]);
    expect(events.map(words)).toEqual(['a: drop-column never', 'a: add-column y', 'a: drop-constraint a_x_fkey', 'a: drop-constraint a_pkey']);
  });

  test('where the answer is not known, what follows is done if it can be', async () => {
    const { up: events, unread } = await step(up('found = op.get_bind().execute(sa.text("select 1 from pg_tables where tablename = \'a\'")).scalar()\nif not found:\n    op.create_table("a", sa.Column("id", sa.Integer))\nelse:\n    op.add_column("a", sa.Column("x", sa.Integer))'));
    expect(events.filter((e) => e.kind !== 'run').map(words)).toEqual(['table a?(id)', 'a?: add-column x?']);
    expect(unread).toEqual([]);
  });

  test('a condition on something else is said', async () => {
    const { up: events, unread } = await step(up('import os\nif os.environ.get("X"):\n    op.drop_table("a")'));
    expect(events.map(words)).toEqual(['drop table a?']);
    expect(unread.map((u) => u.reason)).toEqual(['whether this runs depends on a condition that is not constant; it is assumed to']);
  });

  test('an early return leaves the rest possible', async () => {
    const { up: events } = await step(up('import os\nif os.environ.get("X"):\n    return\nop.drop_table("a")'));
    expect(events.map(words)).toEqual(['drop table a?']);
  });
});

describe('what cannot be read', () => {
  test('operations of other packages are known unknowns, each at its place', async () => {
    const text = up('op.create_entity(policy)\nop.sync_enum_values("public", "mood", ["a"], [])');
    const { up: events, unread } = await step(text);
    expect(events.map(words)).toEqual(['unread op.create_entity', 'unread op.sync_enum_values']);
    expect(unread.map((u) => at(text, u.at))).toEqual(['op.create_entity(policy)', 'op.sync_enum_values("public", "mood", ["a"], [])']);
  });

  test('SQL with a hole: rows are rows, anything else may be anything', async () => {
    const { up: events } = await step(up('import os\nx = os.environ["X"]\nop.execute(f"update a set b = {x}")\nop.execute(f"drop table {x}")\nop.execute(x)'));
    expect(events.map(words)).toEqual(['update', 'unread DROP TABLE', 'unread ']);
  });

  test('SQL that does not parse', async () => {
    const { up: events, unread } = await step(up('op.execute("alter tabel a")'));
    expect(events.map(words)).toEqual(['unread alter tabel']);
    expect(unread).toHaveLength(1);
  });
});

describe('the way back', () => {
  const down = async (body: string): Promise<[unknown, string]> => {
    const text = revision(`def upgrade():\n    op.drop_table("a")\n${body}`);
    const { down: way, downAt } = await step(text);
    return [way?.known ? way.value.map(words) : way, at(text, downAt)];
  };

  test('is what downgrade does', async () => expect(await down('\ndef downgrade():\n    op.create_table("a", sa.Column("id", sa.Integer))\n')).toEqual([['table a(id)'], 'def downgrade():\n    op.create_table("a", sa.Column("id", sa.Integer))']));
  test('is known to be nothing where it passes, at the `pass`', async () => expect(await down('\ndef downgrade() -> None:\n    """Nothing."""\n    pass\n')).toEqual([[], 'pass']));
  test('is none where it raises', async () => expect(await down('\ndef downgrade():\n    raise NotImplementedError("no")\n')).toEqual([undefined, 'raise NotImplementedError("no")']));
  test('is none where there is no downgrade, at the end', async () => expect(await down('')).toEqual([undefined, '']));
});

describe('the graph', () => {
  const bare = (id: string, below: string): string => revision('def upgrade(): pass\ndef downgrade(): pass\n', id, below);

  test('several environments are several histories; strangers and doubles are said', async () => {
    const found = await histories({
      'a/env.py': '', 'a/versions/1.py': bare('x1', 'None'), 'a/versions/2.py': bare('x2', '"x1"'), 'a/versions/2b.py': bare('x2', '"x1"'), 'a/versions/notes.py': 'x = 1',
      'b/env.py': '', 'b/versions/1.py': bare('y1', 'None'), 'b/versions/3.py': bare('y3', '"y2"'),
    });
    expect(found.map((h) => [h.root, h.steps.map((s) => s.id)])).toEqual([['a', ['x1', 'x2']], ['b', ['y3', 'y1']]]);
    expect(found[0]?.skipped).toEqual([{ file: 'a/versions/2b.py', reason: 'another file is revision x2 as well' }, { file: 'a/versions/notes.py', reason: 'no revision' }]);
    expect(found[1]?.steps[0]?.unread.map((u) => u.reason)).toEqual(['the revision y2 that comes before is not among the files']);
  });

  test('a circle ends', async () => {
    const [history] = await histories({ 'v/1.py': bare('a', '"b"'), 'v/2.py': bare('b', '"a"') });
    expect(history?.steps.map((s) => s.id).sort()).toEqual(['a', 'b']);
  });
});

test('a context manager of the product runs around its body', async () => {
  const { up: events } = await step(revision([
    'from contextlib import contextmanager',
    '@contextmanager',
    'def unprotected(table):',
    '    op.execute(f"alter table {table} disable row level security")',
    '    try:',
    '        yield',
    '    finally:',
    '        op.execute(f"alter table {table} enable row level security")',
    'def upgrade():',
    '    with unprotected("a"):',
    '        op.execute("update a set x = 1")',
  ].join('\n')));
  expect(events.map(words)).toEqual(['a: rls false', 'update', 'a: rls true']);
});

test('enumerations are created once', async () => {
  const { up: events } = await step(up('mood = sa.Enum("a", "b", name="mood")\nmood.create(op.get_bind(), checkfirst=True)\nop.create_table("t", sa.Column("m", mood))\nop.create_table("u", sa.Column("m", sa.Enum("a", name="mood")))'));
  expect(events.map(words)).toEqual(['create-type', 'table t(m)', 'table u(m)']);
});

test('entities of alembic_utils are the statements that it composes of them', async () => {
  const text = up([
    'from alembic_utils.pg_policy import PGPolicy',
    'from alembic_utils.pg_function import PGFunction',
    'policy = PGPolicy(schema="public", signature="own", on_entity="projects", definition="for select using (tenant_id = tenant())")',
    'tenant = PGFunction(schema="public", signature="tenant()", definition="returns uuid language sql stable as $$ select null::uuid $$")',
    'op.create_entity(tenant)',
    'op.create_entity(policy)',
    'op.drop_entity(policy)',
  ].join('\n'));
  const { up: events, unread } = await step(text);
  expect(unread).toEqual([]);
  expect(events.map(words)).toEqual(['create-function', 'policy own on projects', 'drop policy own']);
  const [, policy] = events;
  expect(policy?.kind === 'create-policy' && [at(text, policy.nameAt), at(text, policy.table.at), at(text, policy.using?.at)]).toEqual(['own', 'projects', 'tenant_id = tenant()']);
});
