import { describe, expect, test } from 'vitest';
import { loadPython } from '../python/grammar.ts';
import { PythonProject } from '../python/graph/project.ts';
import { createSqlParser } from '../sql/index.ts';
import { declaresModels, readSqlalchemy, type SqlalchemyModels } from './reader.ts';

const sql = createSqlParser();

async function read(texts: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>> = {}): Promise<SqlalchemyModels[]> {
  return readSqlalchemy(new PythonProject({ files: new Set(Object.keys(texts)), text: (p) => texts[p] }, await loadPython()), sql, new Map(Object.entries(packages)));
}

const HEAD = 'import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship\nclass Base(DeclarativeBase): pass\n';

const tables = (of: SqlalchemyModels | undefined): [string, string[]][] =>
  (of?.history.steps[0]?.up ?? []).flatMap((e): [string, string[]][] => (e.kind === 'create-table' ? [[e.name.name, e.columns.map((c) => `${c.name} ${c.type.name}${c.notNull ? '!' : ''}`)]] : []));

describe('places', () => {
  test('of tables, columns, types, keys and indexes', async () => {
    const text = `${HEAD}class Project(Base):\n    __tablename__ = "projects"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    tenant_id = mapped_column(sa.Uuid, sa.ForeignKey("tenants.id"), index=True)\n    title = sa.Column("name", sa.String(9))\n`;
    const [models] = await read({ 'app/models.py': text });
    const up = models?.history.steps[0]?.up ?? [];
    const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    const [table, index, key] = up;
    if (table?.kind !== 'create-table' || index?.kind !== 'create-index' || key?.kind !== 'alter-table') throw new Error('other events');
    expect(at(table.name.at)).toBe('projects');
    expect(table.columns.map((c) => [at(c.at), at(c.typeAt)])).toEqual([['id', 'id'], ['tenant_id', 'sa.Uuid'], ['name', 'sa.String(9)']]);
    expect(at(index.at)).toBe('tenant_id');
    expect(at(key.at)).toBe('sa.ForeignKey("tenants.id")');
    expect(key.actions[0]?.do === 'add-constraint' && key.actions[0].constraint.kind === 'foreign key' && at(key.actions[0].constraint.references.at)).toBe('tenants.id');
    const field = models?.models.models.get('Project')?.fields.get('title');
    expect(field?.kind === 'scalar' && [field.column, at(field.at)]).toEqual(['name', 'title']);
  });

  test('of a default that all rows share', async () => {
    const text = `${HEAD}class A(Base):\n    __tablename__ = "a"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    bad = mapped_column(sa.JSON, default={})\n    good = mapped_column(sa.JSON, default=dict)\n`;
    const [models] = await read({ 'models.py': text });
    const fields = models?.models.models.get('A')?.fields;
    const [bad, good] = [fields?.get('bad'), fields?.get('good')];
    expect(bad?.kind === 'scalar' && bad.sharedDefault && text.slice(bad.sharedDefault.start, bad.sharedDefault.end)).toBe('{}');
    expect(good?.kind === 'scalar' && good.sharedDefault).toBeUndefined();
  });
});

describe('which files', () => {
  test('those that say so, no tests, no revisions', () => {
    expect(declaresModels('app/models.py', 'from sqlalchemy import Column')).toBe(true);
    expect(declaresModels('app/db.py', 'db.Model')).toBe(true);
    expect(declaresModels('tests/test_models.py', 'from sqlalchemy import Column')).toBe(false);
    expect(declaresModels('versions/a.py', 'revision = "a"\ndown_revision = None\nsa.Column\ndef upgrade(): pass')).toBe(false);
    expect(declaresModels('app/main.py', 'print("hello")')).toBe(false);
  });

  test('a class that only inherits its columns is found by its base', async () => {
    const [models] = await read({
      'app/base.py': `${HEAD}class Model(Base):\n    __abstract__ = True\n    id: Mapped[int] = mapped_column(primary_key=True)\n    @sa.orm.declared_attr.directive\n    def __tablename__(cls): return cls.__name__.lower()\n`,
      'app/things.py': 'from app.base import Model\n\nclass Thing(Model):\n    pass\n',
    });
    expect(tables(models)).toEqual([['thing', ['id serial!']]]);
  });

  test('each MetaData is a result of its own', async () => {
    const two = (name: string): string => `${HEAD}class ${name}(Base):\n    __tablename__ = "t"\n    id: Mapped[int] = mapped_column(primary_key=True)\n`;
    const found = await read({ 'a/models.py': two('A'), 'b/models.py': two('B') });
    expect(found.map((m) => [m.file, [...m.models.models.keys()], tables(m).length])).toEqual([['a/models.py', ['A'], 1], ['b/models.py', ['B'], 1]]);
  });
});

describe('other frameworks', () => {
  test('Flask names tables after classes, and keeps types and tables on its `db`', async () => {
    const [models] = await read({
      'app/ext.py': 'from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n',
      'app/models.py': 'from .ext import db\nlinks = db.Table("links", db.Column("a", db.ForeignKey("audit_event.id")))\nclass AuditEvent(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    actor = db.Column(db.String(8), nullable=False)\n    meta = db.relationship("AuditEvent", secondary=links)\n',
    });
    expect(tables(models)).toEqual([['links', ['a integer']], ['audit_event', ['id serial!', 'actor character varying!']]]);
    expect(models?.models.models.get('AuditEvent')?.fields.get('meta')).toMatchObject({ kind: 'relation', through: 'public.links', list: true });
  });

  test('SQLModel before 0.0.45 keeps times without their zone', async () => {
    const text = 'from datetime import datetime\nfrom sqlmodel import Field, SQLModel\nclass T(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    at: datetime\n';
    expect(tables((await read({ 'm.py': text }, { sqlmodel: '0.0.22' }))[0])).toEqual([['t', ['id serial!', 'at timestamp without time zone!']]]);
    expect(tables((await read({ 'm.py': text }))[0])).toEqual([['t', ['id serial!', 'at timestamp with time zone!']]]);
  });
});

describe('what cannot be told is said', () => {
  test.each([
    ['    x = mapped_column(mystery.Type())', "the type Type is not known"],
    ['    x: Mapped[Mystery]', 'the type of x is not known'],
    ['    x = mapped_column(sa.ForeignKey(somewhere()))', 'what the foreign key points to is not constant'],
    ['    __table_args__ = make_args()', 'the table arguments are not constant'],
  ])('%s', async (line, reason) => {
    const [models] = await read({ 'm.py': `${HEAD}import mystery\nfrom mystery import Mystery, somewhere, make_args\nclass A(Base):\n    __tablename__ = "a"\n    id: Mapped[int] = mapped_column(primary_key=True)\n${line}\n` });
    expect(models?.unread.map((u) => u.reason)).toEqual([reason]);
    expect(tables(models)).toHaveLength(1);
  });

  test('a file that is no valid Python', async () => {
    const found = await read({ 'm.py': `${HEAD}class A(Base):\n    __tablename__ = "a"\n    id: Mapped[int] = mapped_column(primary_key=True\n`, 'n.py': `${HEAD}class B(Base):\n    __tablename__ = "b"\n    id: Mapped[int] = mapped_column(primary_key=True)\n` });
    expect(found.flatMap((m) => m.unread).map((u) => [u.at.file, u.reason])).toContainEqual(['m.py', 'not fully analysed: this is no valid Python']);
  });
});

// A size at which work of every column for every column would not end in time.
test('thousands of columns are read one by one', async () => {
  const columns = Array.from({ length: 64_000 }, (_, i) => `    c${i}: Mapped[int]\n`).join('');
  const [models] = await read({ 'm.py': `${HEAD}class Wide(Base):\n    __tablename__ = "wide"\n    id: Mapped[int] = mapped_column(primary_key=True)\n${columns}` });
  expect(tables(models)[0]?.[1]).toHaveLength(64_001);
  expect(models?.models.models.get('Wide')?.fields.size).toBe(64_001);
});
