import type { CodeClass, Span } from '@tenantlint/model';
import { fieldValue, lineage, NO_ARGS, textOf, truthOf, type ClassValue, type Value, type ValueOf } from '../python/constant/index.ts';
import { isClassVar, mappedInner, readAnnotation } from './annotations.ts';
import type { Base, Bases } from './bases.ts';
import { readColumn, type Locate } from './column.ts';
import { calledName, type Reading } from './reading.ts';
import { sqlmodelColumn } from './sqlmodel.ts';
import type { ColumnSpec } from './table.ts';

/** An attribute of a mapped class. */
export type Attribute = { readonly name: string; readonly at: Span; readonly owner: ClassValue } & (
  | { readonly kind: 'column'; readonly column: ColumnSpec }
  | { readonly kind: 'relation'; readonly call: ValueOf<'call'>; readonly list: boolean | undefined; readonly model: string | undefined; /** As the annotation says. */ readonly lazy: string | undefined }
);

/** Calls by which a class body declares columns. */
const COLUMNS = new Set(['Column', 'mapped_column', 'MappedColumn']);
/** Calls whose first argument may be the column. */
const WRAPPERS = new Set(['deferred', 'column_property', 'deferred_column']);
export const RELATIONS = new Set(['relationship', 'Relationship', 'relation', 'dynamic_loader', 'dynamic_relationship', 'backref']);

/** Annotations that say when the rows are read. */
const LAZY: Readonly<Record<string, string>> = { DynamicMapped: 'dynamic', WriteOnlyMapped: 'write_only' };

export class Declarative {
  readonly #of: Reading;
  readonly #bases: Bases;
  readonly #tables = new Map<string, { readonly name: string; readonly at: Span } | undefined>();

  constructor(of: Reading, bases: Bases) {
    this.#of = of;
    this.#bases = bases;
  }

  /** Whether the class stands for rows: of a table of its own or of the class above it. */
  isMapped(cls: ClassValue): boolean {
    const base = this.#bases.of(cls);
    if (!base || this.#bases.isRoot(cls)) return false;
    if (base.kind === 'sqlmodel') return isTableModel(this.#of, cls);
    if (this.#isAbstract(cls)) return false;
    return this.#ownTable(cls) !== undefined || this.tableName(cls) !== undefined || this.parent(cls) !== undefined;
  }

  #isAbstract(cls: ClassValue): boolean {
    if (!cls.class.fields.some((f) => f.name === '__abstract__')) return false;
    const value = fieldValue(this.#of.run, cls, '__abstract__');
    return value !== undefined && truthOf(value) === true;
  }

  /** `__table__ = Table(…)`. */
  #ownTable(cls: ClassValue): ValueOf<'call'> | undefined {
    for (const owner of lineage(this.#of.run, cls)) {
      if (owner.kind !== 'class') continue;
      const value = fieldValue(this.#of.run, owner, '__table__');
      if (value?.kind === 'call') return value;
      if (owner.class !== cls.class && this.#bases.isRoot(owner)) break;
    }
    return undefined;
  }

  ownTable(cls: ClassValue): ValueOf<'call'> | undefined {
    return this.#ownTable(cls);
  }

  /** The nearest class above that has a table: what this one inherits, or shares, its rows with. */
  parent(cls: ClassValue): ClassValue | undefined {
    for (const one of lineage(this.#of.run, cls).slice(1)) {
      if (one.kind === 'class' && this.#bases.of(one) && !this.#bases.isRoot(one) && this.isMapped(one)) return one;
    }
    return undefined;
  }

  /** The name of the class's own table; undefined where it has none. */
  tableName(cls: ClassValue): { readonly name: string; readonly at: Span } | undefined {
    const key = cls.class.id;
    if (!this.#tables.has(key)) {
      // What the name is computed from may ask for it.
      this.#tables.set(key, undefined);
      this.#tables.set(key, this.#tableName(cls));
    }
    return this.#tables.get(key);
  }

  #tableName(cls: ClassValue): { readonly name: string; readonly at: Span } | undefined {
    const { run } = this.#of;
    const at = cls.class.nameAt;
    for (const owner of lineage(run, cls)) {
      if (owner.kind !== 'class') continue;
      const field = owner.class.fields.find((f) => f.name === '__tablename__');
      const method = owner.class.methods.find((m) => m.name === '__tablename__');
      if (!field && !method) continue;
      // A class above with a table keeps its name to itself.
      if (field && owner.class !== cls.class && this.#bases.of(owner) && !this.#bases.isRoot(owner) && this.isMapped(owner)) continue;
      const value = field?.value ? fieldValue(run, owner, '__tablename__') : method ? run.call({ kind: 'function', fn: method.fn, scope: owner.scope, self: cls, at }, NO_ARGS, at) : undefined;
      const one = value?.kind === 'either' ? value.of.find((v) => v.kind === 'text') : value;
      const text = textOf(one);
      if (text !== undefined) return { name: text, at: one?.kind === 'text' && field ? placeOf(one) : at };
      if (one?.kind !== 'none' && one !== undefined) this.#of.note(at, `the table's name of ${cls.class.name ?? 'the class'} is not constant`);
      if (one !== undefined) return undefined;
    }
    const base = this.#bases.of(cls);
    const name = cls.class.name ?? '';
    if (base?.kind === 'sqlmodel' && isTableModel(this.#of, cls)) return { name: name.toLowerCase(), at };
    if (base?.kind === 'flask' && !this.#isAbstract(cls) && !this.#bases.isRoot(cls) && !this.#ownTable(cls) && this.#hasKey(cls)) {
      return { name: name.replace(/((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g, '_$1').toLowerCase(), at };
    }
    return undefined;
  }

  /** Flask names a table after its class where the class has a primary key. */
  #hasKey(cls: ClassValue): boolean {
    for (const owner of lineage(this.#of.run, cls)) {
      if (owner.kind !== 'class' || (owner.class !== cls.class && this.#tables.get(owner.class.id) !== undefined)) continue;
      for (const field of owner.class.fields) {
        const value = fieldValue(this.#of.run, owner, field.name);
        if (value?.kind !== 'call' || !COLUMNS.has(calledName(value) ?? '')) continue;
        const key = value.args.named.get('primary_key');
        if (key && truthOf(key) === true) return true;
      }
    }
    return false;
  }

  /** The column that an attribute of a class stands for, without reading the whole class. */
  locateMember(cls: ClassValue, name: string, value: Value | undefined): { readonly schema: string | undefined; readonly table: string; readonly column: string } | undefined {
    const owner = this.tableName(cls) ? cls : this.parent(cls);
    const table = owner && (this.tableName(owner) ?? tableOfCall(this.#ownTable(owner)));
    if (!owner || !table) return undefined;
    const first = value?.kind === 'call' ? (value.args.positional[0]?.kind === 'text' ? textOf(value.args.positional[0]) : textOf(value.args.named.get('name'))) : undefined;
    return { schema: this.schemaOf(owner), table: table.name, column: first ?? name };
  }

  /** The schema that the class's table arguments state, or its MetaData does. */
  schemaOf(cls: ClassValue): string | undefined {
    const args = this.tableArgs(cls);
    const last = args.at(-1);
    const stated = last?.kind === 'dict' ? textOf(last.entries.find((e) => textOf(e.key) === 'schema')?.value) : undefined;
    return stated ?? this.#bases.of(cls)?.metadata.schema;
  }

  /** `__table_args__`, the dictionary last if there is one. */
  tableArgs(cls: ClassValue): readonly Value[] {
    const { run } = this.#of;
    for (const owner of lineage(run, cls)) {
      if (owner.kind !== 'class') continue;
      if (owner.class !== cls.class && this.#bases.of(owner) && !this.#bases.isRoot(owner) && this.isMapped(owner)) continue;
      const field = owner.class.fields.find((f) => f.name === '__table_args__');
      const method = owner.class.methods.find((m) => m.name === '__table_args__');
      if (!field?.value && !method) continue;
      const at = field?.at ?? cls.class.nameAt;
      const value = field ? fieldValue(run, owner, '__table_args__') : method && run.call({ kind: 'function', fn: method.fn, scope: owner.scope, self: cls, at }, NO_ARGS, at);
      if (value?.kind === 'list') {
        if (value.open) this.#of.note(value.at, 'some of the table arguments are not constant');
        return value.items;
      }
      if (value?.kind === 'dict') return [value];
      if (value && value.kind !== 'none') this.#of.note(value.at, 'the table arguments are not constant');
      return [];
    }
    return [];
  }

  /** Columns and relationships of a class, those that it inherits from mixins and abstract bases included. */
  attributes(cls: ClassValue, locate: Locate): Attribute[] {
    const { run } = this.#of;
    const base = this.#bases.of(cls);
    if (!base) return [];
    const parent = this.parent(cls);
    const taken = new Set(parent ? lineage(run, parent).flatMap((c) => (c.kind === 'class' ? [c.class.id] : [])) : []);
    const seen = new Set<string>();
    const groups: Attribute[][] = [];
    for (const owner of lineage(run, cls)) {
      if (owner.kind !== 'class') {
        continue;
      }
      if (taken.has(owner.class.id)) continue;
      const own: Attribute[] = [];
      for (const field of owner.class.fields) {
        if (seen.has(field.name)) continue;
        seen.add(field.name);
        own.push(...this.#field(owner, field, base, locate));
      }
      for (const method of owner.class.methods) {
        if (method.kind !== 'get' || !method.static || seen.has(method.name) || method.name.startsWith('__')) continue;
        seen.add(method.name);
        const value = run.call({ kind: 'function', fn: method.fn, scope: owner.scope, self: cls, at: method.fn.nameAt }, NO_ARGS, method.fn.nameAt);
        const annotation = mappedInner(method.fn.returns);
        own.push(...this.#attribute(owner, { name: method.name, at: method.fn.nameAt, ...(annotation ? { type: { kind: 'ref', name: 'Mapped', args: [annotation] } as const } : {}) }, value, base, locate));
      }
      groups.push(own);
    }
    // What is inherited was there first.
    return groups.reverse().flat();
  }

  #field(owner: ClassValue, field: CodeClass['fields'][number], base: Base, locate: Locate): Attribute[] {
    if (isClassVar(field.type) || /^__.*__$/.test(field.name)) return [];
    const value = fieldValue(this.#of.run, owner, field.name);
    return this.#attribute(owner, field, value, base, locate);
  }

  #attribute(owner: ClassValue, field: Pick<CodeClass['fields'][number], 'name' | 'at' | 'type'> & Partial<CodeClass['fields'][number]>, given: Value | undefined, base: Base, locate: Locate): Attribute[] {
    const of = this.#of;
    const { name, at } = field;
    const value = given?.kind === 'either' ? (given.of.find((v) => v.kind === 'call') ?? given) : given;
    if (value !== given && given) of.note(at, 'which column this is depends on a condition that is not constant; the first is assumed');
    const word = calledName(value);
    const inner = mappedInner(field.type);
    if (value?.kind === 'call' && word !== undefined && RELATIONS.has(word)) {
      const type = inner ?? field.type;
      const read = type ? readAnnotation(of, type, owner.scope, at, [], base.kind === 'sqlmodel' ? 'sqlmodel' : 'sqlalchemy') : undefined;
      const lazy = LAZY[field.type?.kind === 'ref' ? field.type.name.slice(field.type.name.lastIndexOf('.') + 1) : ''];
      return [{ kind: 'relation', name, at, owner, call: value, list: lazy === undefined ? read?.list : true, model: read?.model, lazy }];
    }
    if (base.kind === 'sqlmodel' && !inner && (value?.kind !== 'call' || !COLUMNS.has(word ?? ''))) {
      const column = field.type && !name.startsWith('_') && name !== 'model_config' ? sqlmodelColumn(of, { ...field, type: field.type, decorators: field.decorators ?? [] }, value, owner, locate) : undefined;
      return column ? [{ kind: 'column', name, at, owner, column }] : [];
    }
    const calls = columnCalls(value);
    if (calls.length === 0 && !(inner && (value === undefined || !isOther(word)))) return [];
    // What wraps a column keeps the annotation from it.
    const annotation = inner && !WRAPPERS.has(word ?? '') ? readAnnotation(of, inner, owner.scope, at, base.types, 'sqlalchemy') : undefined;
    const added = [...(annotation?.calls ?? []), ...(field.decorators ?? []).map((d) => of.run.evaluate(d, owner.scope)).filter((v) => v.kind === 'call')].filter((c) => COLUMNS.has(calledName(c) ?? '') || calledName(c) === 'ForeignKey');
    const asColumns = added.map((c): ValueOf<'call'> => (calledName(c) === 'ForeignKey' ? { ...c, callee: { kind: 'symbol', path: 'sqlalchemy.orm.mapped_column', at: c.at }, args: { ...NO_ARGS, positional: [c] } } : c));
    if (calls.length > 1) {
      // composite(Point, mapped_column('x'), mapped_column('y'))
      return calls.flatMap((call): Attribute[] => {
        const column = readColumn(of, [call], { name: undefined, at: call.at }, locate);
        return column ? [{ kind: 'column', name: `${name}.${column.name}`, at, owner, column }] : [];
      });
    }
    const column = readColumn(of, [...asColumns, ...calls], { name, at, type: annotation?.type, nullable: annotation ? annotation.nullable : undefined }, locate);
    if (!column) return [];
    // A column that a class above has as well is as it is there.
    const existing = calls.some((c) => c.args.named.has('use_existing_column'));
    if (column.type === undefined && inner && column.foreignKeys.length === 0 && !existing) of.note(at, `the type of ${name} is not known`);
    return [{ kind: 'column', name, at, owner, column }];
  }
}

/** The calls in a value that declare columns. */
function columnCalls(value: Value | undefined): ValueOf<'call'>[] {
  if (value?.kind !== 'call') return [];
  const word = calledName(value) ?? '';
  if (COLUMNS.has(word)) return [value];
  const [first] = value.args.positional;
  if (WRAPPERS.has(word)) return columnCalls(first);
  return word === 'composite' ? value.args.positional.flatMap(columnCalls) : [];
}

/** What is known to be neither column nor relationship. */
function isOther(word: string | undefined): boolean {
  return word !== undefined && ['synonym', 'association_proxy', 'hybrid_property', 'query_expression', 'column_property', 'composite', 'deferred'].includes(word);
}

function isTableModel(of: Reading, cls: ClassValue): boolean {
  const table = cls.class.keywords?.find((k) => k.name === 'table');
  return table !== undefined && truthOf(of.run.evaluate(table.value, cls.scope)) === true;
}

export function tableOfCall(call: ValueOf<'call'> | undefined): { readonly name: string; readonly at: Span } | undefined {
  const first = call?.args.named.get('name') ?? call?.args.positional[0];
  const text = textOf(first);
  return text === undefined || !first ? undefined : { name: text, at: placeOf(first) };
}

/** A string's characters without its quotes. */
function placeOf(value: Value): Span {
  const [first] = value.kind === 'text' ? value.parts : [];
  return value.kind === 'text' && value.parts.length === 1 && first?.exact ? first.at : value.at;
}

