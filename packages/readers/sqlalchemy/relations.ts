import { argument, NO_ARGS, textOf, truthOf, type Interpreter, type Value } from '../python/constant/index.ts';
import type { Collected, MappedClass } from './collect.ts';
import type { Attribute } from './declarative.ts';
import { calledName } from './reading.ts';
import { tableKey, type ForeignKeySpec, type TableSpec } from './table.ts';

type RelationAttribute = Extract<Attribute, { kind: 'relation' }>;

/** A relationship, with the attributes that tie the rows of its two sides. */
export interface Relation {
  readonly name: string;
  readonly at: Attribute['at'];
  readonly from: MappedClass;
  readonly to: MappedClass;
  readonly list: boolean;
  readonly required: boolean;
  readonly on: readonly (readonly [string, string])[];
  readonly through: string | undefined;
  readonly lazy: string | undefined;
}

export class Relations {
  readonly #run: Interpreter;
  readonly #collected: Collected;
  readonly #byName = new Map<string, MappedClass[]>();

  constructor(run: Interpreter, collected: Collected) {
    this.#run = run;
    this.#collected = collected;
    for (const one of collected.classes) {
      const known = this.#byName.get(one.name);
      if (known) known.push(one);
      else this.#byName.set(one.name, [one]);
    }
  }

  /** The relationship that an attribute declares, and the one that it adds to the other side. */
  of(from: MappedClass, attribute: RelationAttribute): Relation[] {
    const option = (name: string): Value | undefined => {
      const { args } = attribute.call;
      const more = args.named.get('sa_relationship_kwargs');
      return args.named.get(name) ?? (more?.kind === 'dict' ? more.entries.find((e) => textOf(e.key) === name)?.value : undefined);
    };
    const inner = attribute.call.args.named.get('sa_relationship');
    if (inner?.kind === 'call') return this.of(from, { ...attribute, call: inner });
    const sqlmodel = calledName(attribute.call) === 'Relationship';
    const target = option('argument') ?? (sqlmodel ? undefined : attribute.call.args.positional[0]);
    const to = (target && this.#target(from, target)) ?? (attribute.model === undefined ? undefined : this.#named(from, attribute.model));
    if (!to) return [];
    const through = this.#secondary(option('link_model') ?? option('secondary') ?? (sqlmodel ? undefined : attribute.call.args.positional[1]));
    const uselist = option('uselist');
    const stated = uselist ? truthOf(uselist) : attribute.list;
    const lazy = textOf(option('lazy')) ?? attribute.lazy ?? (calledName(attribute.call) === 'dynamic_loader' ? 'dynamic' : undefined);
    const base = { from, to, lazy } as const;
    const join = through === undefined ? this.#join(from, to, option('foreign_keys'), option('primaryjoin'), option('remote_side'), stated) : { on: [], many: true, required: false };
    const own: Relation = { ...base, name: attribute.name, at: attribute.at, list: stated ?? join.many, required: join.required, on: join.on, through };
    const backref = option('backref');
    const back = backref && (textOf(backref) ?? (calledName(backref) === 'backref' && backref.kind === 'call' ? textOf(backref.args.positional[0]) : undefined));
    if (backref === undefined || back === undefined) return [own];
    const options = backref.kind === 'call' ? backref.args : NO_ARGS;
    const list = argument(options, 'uselist');
    return [own, {
      name: back, at: backref.at, from: to, to: from, lazy: textOf(argument(options, 'lazy')),
      list: list ? truthOf(list) === true : through !== undefined || !own.list,
      required: false, on: own.on.map(([a, b]) => [b, a] as const), through,
    }];
  }

  #target(from: MappedClass, value: Value): MappedClass | undefined {
    if (value.kind === 'class') return this.#collected.classes.find((c) => c.cls.class === value.class);
    if (value.kind === 'function') return this.#target(from, this.#run.call(value, NO_ARGS, value.at));
    const text = textOf(value);
    return text === undefined ? undefined : this.#named(from, text.slice(text.lastIndexOf('.') + 1));
  }

  /** Of classes of one name the one whose tables are kept with these. */
  #named(from: MappedClass, name: string): MappedClass | undefined {
    const all = this.#byName.get(name) ?? [];
    return all.find((c) => c.table.metadata === from.table.metadata) ?? all[0];
  }

  #secondary(value: Value | undefined): string | undefined {
    if (!value) return undefined;
    if (value.kind === 'function') return this.#secondary(this.#run.call(value, NO_ARGS, value.at));
    if (value.kind === 'class') {
      const mapped = this.#collected.classes.find((c) => c.cls.class === value.class);
      return mapped && tableKey(mapped.table.schema, mapped.table.name);
    }
    const spec = this.#collected.byCall.get(value);
    if (spec) return tableKey(spec.schema, spec.name);
    if (value.kind === 'member' && value.name === '__table__') return this.#secondary(value.of);
    const text = textOf(value);
    if (text === undefined) return undefined;
    const found = this.#collected.tables.find((t) => t.name === text || `${t.schema ?? ''}.${t.name}` === text);
    return found ? tableKey(found.schema, found.name) : tableKey(undefined, text);
  }

  #join(from: MappedClass, to: MappedClass, keys: Value | undefined, condition: Value | undefined, remote: Value | undefined, list: boolean | undefined): { on: [string, string][]; many: boolean; required: boolean } {
    const stated = condition && this.#pairs(from, to, condition);
    if (stated && stated.pairs.length > 0) return { on: stated.pairs, many: list ?? stated.many, required: false };
    const only = keys && this.#columns(keys);
    const fits = (table: TableSpec) => (reference: Reference): boolean => !only || reference.columns.some((c) => only.some((o) => o.column === c && (o.table === undefined || o.table === table.name)));
    const forward = this.#references(from, to).filter(fits(from.table));
    const backward = this.#references(to, from).filter(fits(to.table));
    const [ahead] = forward;
    const [behind] = backward;
    // A table that refers to itself: the side that is named as remote holds the one row.
    const many = from.table === to.table ? list === true || (remote === undefined && list !== false) : ahead === undefined || (list === true && behind !== undefined);
    if (!many && ahead) {
      const columns = ahead.columns.map((c) => from.table.columns.find((x) => x.name === c));
      return { on: pairsOf(from, ahead.columns, to, ahead.referred), many: false, required: columns.every((c) => c !== undefined && (!c.nullable || c.primaryKey)) };
    }
    return behind ? { on: pairsOf(from, behind.referred, to, behind.columns), many: true, required: false } : { on: [], many: list ?? false, required: false };
  }

  /** Foreign keys of one class's tables to another's. */
  #references(from: MappedClass, to: MappedClass): Reference[] {
    const targets = this.#lineage(to).map((c) => tableKey(c.table.schema, c.table.name));
    const found: Reference[] = [];
    for (const { table } of this.#lineage(from)) {
      const all: ForeignKeySpec[] = [...table.columns.flatMap((c) => c.foreignKeys.map((k) => ({ ...k, columns: [c.name] }))), ...table.constraints.filter((c) => c.kind === 'foreign key')];
      for (const { columns, target } of all) {
        if (!targets.includes(tableKey(target.schema ?? table.metadata.schema, target.table))) continue;
        const referred = target.columns.length > 0 ? target.columns : to.table.columns.filter((c) => c.primaryKey).map((c) => c.name);
        found.push({ columns, referred });
      }
    }
    return found;
  }

  #lineage(of: MappedClass): MappedClass[] {
    const found = [of];
    for (let parent = of.parent; parent; ) {
      const cls = parent;
      const above = this.#collected.classes.find((c) => c.cls.class === cls.class);
      if (!above) break;
      if (above.table !== of.table) found.push(above);
      parent = above.parent;
    }
    return found;
  }

  /** Columns by `[Message.sender_id]`, `'Message.sender_id'`, `'[Message.sender_id, …]'`, `sender_id`. */
  #columns(value: Value): ColumnPlace[] {
    if (value.kind === 'list') return value.items.flatMap((i) => this.#columns(i));
    if (value.kind === 'function') return this.#columns(this.#run.call(value, NO_ARGS, value.at));
    const text = textOf(value);
    if (text !== undefined) return [...text.matchAll(/(\w+)\.(?:c\.)?(\w+)/g)].map(([, cls = '', attribute = '']) => this.#attribute(cls, attribute));
    const place = this.#collected.locate(value);
    if (place) return [{ table: place.table, column: place.column }];
    for (const { table } of this.#collected.classes) {
      const column = table.columns.find((c) => c.values.includes(value));
      if (column) return [{ table: table.name, column: column.name }];
    }
    return [];
  }

  #attribute(cls: string, name: string): ColumnPlace {
    const mapped = this.#byName.get(cls)?.[0];
    const attribute = mapped?.attributes.find((a) => a.name === name);
    return { table: mapped?.table.name, column: attribute?.kind === 'column' ? attribute.column.name : name };
  }

  /** Equalities of a join condition, as pairs of attributes of the two sides, and whether the other side holds the keys. */
  #pairs(from: MappedClass, to: MappedClass, condition: Value): { readonly pairs: [string, string][]; readonly many: boolean } {
    if (condition.kind === 'function') return this.#pairs(from, to, this.#run.call(condition, NO_ARGS, condition.at));
    const found: { readonly column: ColumnPlace; readonly foreign: boolean }[][] = [];
    const text = textOf(condition);
    if (text !== undefined) {
      for (const [, marks = '', a = '', b = '', others = '', c = '', d = ''] of text.matchAll(EQUALITY)) found.push([{ column: this.#attribute(a, b), foreign: marks.includes('foreign') }, { column: this.#attribute(c, d), foreign: others.includes('foreign') }]);
    } else for (const sides of equalities(condition)) found.push(sides.flatMap((side) => this.#columns(bare(side)).map((column) => ({ column, foreign: isForeign(side) }))));
    const pairs: [string, string][] = [];
    let many = false;
    for (const [a, b] of found) {
      if (!a || !b) continue;
      const straight = a.column.table === from.table.name && (from.table !== to.table || !a.foreign);
      const [here, there] = straight ? [a, b] : [b, a];
      if (here.column.table !== from.table.name || there.column.table !== to.table.name) continue;
      pairs.push(...pairsOf(from, [here.column.column], to, [there.column.column]));
      const holds = (of: MappedClass, column: string): boolean => of.table.columns.some((c) => c.name === column && c.foreignKeys.length > 0);
      many ||= there.foreign || (!here.foreign && holds(to, there.column.column) && !holds(from, here.column.column));
    }
    return { pairs, many };
  }
}

interface ColumnPlace {
  readonly table: string | undefined;
  readonly column: string;
}

const EQUALITY = /((?:\b(?:foreign|remote)\()*)\b(\w+)\.(?:c\.)?(\w+)\s*\)*\s*==\s*((?:\b(?:foreign|remote)\()*)(\w+)\.(?:c\.)?(\w+)/g;

interface Reference {
  readonly columns: readonly string[];
  readonly referred: readonly string[];
}

function equalities(value: Value): [Value, Value][] {
  if (value.kind === 'operation') {
    const [left, right] = value.of;
    if (value.op === '=' && left && right) return [[left, right]];
    return value.of.flatMap(equalities);
  }
  return value.kind === 'call' && calledName(value) === 'and_' ? value.args.positional.flatMap(equalities) : [];
}

/** Without `foreign(…)`, `remote(…)`. */
function bare(value: Value): Value {
  const word = calledName(value);
  return (word === 'foreign' || word === 'remote') && value.kind === 'call' && value.args.positional[0] ? bare(value.args.positional[0]) : value;
}

/** Marked as the side that holds the key. */
function isForeign(value: Value): boolean {
  const word = calledName(value);
  return word === 'foreign' || (word === 'remote' && value.kind === 'call' && value.args.positional[0] !== undefined && isForeign(value.args.positional[0]));
}

/** Pairs of attributes for pairs of columns. */
function pairsOf(from: MappedClass, columns: readonly string[], to: MappedClass, others: readonly string[]): [string, string][] {
  return columns.flatMap((column, i): [string, string][] => {
    const other = others[i];
    return other === undefined ? [] : [[attributeOf(from, column), attributeOf(to, other)]];
  });
}

/** The attribute by which a class reads a column. */
export function attributeOf(of: MappedClass, column: string): string {
  return of.attributes.find((a) => a.kind === 'column' && a.column.name === column)?.name ?? column;
}
