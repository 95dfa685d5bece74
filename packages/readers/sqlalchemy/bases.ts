import { argument, basesOf, classMember, identityOf, lineage, pathOf, textOf, type ClassValue, type Value } from '../python/constant/index.ts';
import { readTypeMap, type TypeMap } from './annotations.ts';
import { DEFAULT_NAMING } from './naming.ts';
import { calledName, lastName, type Reading } from './reading.ts';
import type { Metadata, Naming } from './table.ts';

/** What makes a class one of models: where its tables go, and how it is written. */
export interface Base {
  readonly kind: 'sqlalchemy' | 'sqlmodel' | 'flask';
  readonly metadata: Metadata;
  readonly types: TypeMap;
}

const FACTORIES = new Set(['declarative_base', 'generate_base', 'automap_base', 'make_declarative_base']);
const ROOTS = new Set(['DeclarativeBase', 'DeclarativeBaseNoMeta']);

/** Finds the declarative base of a class, and the MetaData that it collects its tables in. */
export class Bases {
  readonly #of: Reading;
  readonly #known = new Map<string, Base | undefined>();
  readonly #metadata = new Map<string, Metadata>();

  constructor(of: Reading) {
    this.#of = of;
  }

  /** Undefined for classes that are no models. */
  of(cls: ClassValue): Base | undefined {
    const key = cls.class.id;
    if (!this.#known.has(key)) {
      this.#known.set(key, undefined);
      this.#known.set(key, this.#find(cls));
    }
    return this.#known.get(key);
  }

  /** The class is where models begin, and none itself. */
  isRoot(cls: ClassValue): boolean {
    if (cls.class.decorators.some((d) => lastName(decorator(this.#of, cls, d)) === 'as_declarative')) return true;
    const bases = basesOf(this.#of.run, cls);
    return bases.some((b) => b.kind !== 'class' && ROOTS.has(lastName(b) ?? ''));
  }

  #find(cls: ClassValue): Base | undefined {
    const { run } = this.#of;
    const line = lineage(run, cls);
    for (const one of line) {
      if (one.kind === 'class') {
        for (const d of one.class.decorators) {
          const value = decorator(this.#of, one, d);
          const word = lastName(value);
          // @as_declarative(), @mapper_registry.mapped, @mapper_registry.mapped_as_dataclass
          if (word === 'as_declarative') return { kind: 'sqlalchemy', metadata: this.#ofClass(one), types: this.#typesOf(line) };
          if ((word === 'mapped' || word === 'mapped_as_dataclass') && value.kind !== 'symbol') {
            const registry = value.kind === 'call' && value.callee.kind === 'member' ? value.callee.of : value.kind === 'member' ? value.of : value;
            return { kind: 'sqlalchemy', metadata: this.ofRegistry(registry), types: registry.kind === 'call' ? readTypeMap(registry.args.named.get('type_annotation_map')) : [] };
          }
        }
        continue;
      }
      const word = lastName(one) ?? '';
      const path = pathOf(one) ?? '';
      if (ROOTS.has(word)) {
        const root = line.find((c): c is ClassValue => c.kind === 'class' && this.isRoot(c)) ?? cls;
        return { kind: 'sqlalchemy', metadata: this.#ofClass(root), types: this.#typesOf(line) };
      }
      if (path === 'sqlmodel.SQLModel' || path === 'sqlmodel.main.SQLModel') {
        const stated = line.find((c): c is ClassValue => c.kind === 'class' && c.class.fields.some((f) => f.name === 'metadata'));
        return { kind: 'sqlmodel', metadata: stated ? this.#ofClass(stated) : this.metadata({ kind: 'symbol', path: 'sqlmodel.SQLModel.metadata', at: one.at }), types: [] };
      }
      if (FACTORIES.has(calledName(one) ?? '') && one.kind === 'call') {
        const stated = argument(one.args, 'metadata');
        const base = argument(one.args, 'cls');
        const types = readTypeMap(one.args.named.get('type_annotation_map') ?? (one.callee.kind === 'member' && one.callee.of.kind === 'call' ? one.callee.of.args.named.get('type_annotation_map') : undefined));
        const registry = one.callee.kind === 'member' && calledName(one.callee.of) === 'registry' ? one.callee.of : undefined;
        return { kind: base && lastName(base) === 'Model' ? 'flask' : 'sqlalchemy', metadata: stated ? this.metadata(stated) : registry ? this.ofRegistry(registry) : this.metadata({ kind: 'member', of: one, name: 'metadata', nameAt: one.at, at: one.at }), types };
      }
      if (word === 'Model' && one.kind === 'member' && !path.startsWith('django')) return { kind: 'flask', metadata: this.ofDatabase(one.of), types: [] };
      if (word === 'Model' && one.kind === 'symbol' && /(^|\.)db\.Model$/.test(path)) return { kind: 'flask', metadata: this.metadata({ kind: 'symbol', path: path.replace(/Model$/, 'metadata'), at: one.at }), types: [] };
    }
    return undefined;
  }

  /** `Base.metadata` of a class that says what it is, or of one that is given its own. */
  #ofClass(root: ClassValue): Metadata {
    const { run } = this.#of;
    const at = root.class.nameAt;
    const given = run.attributes.get(`${root.class.id}.metadata`);
    const stated = given ?? classMember(run, root, 'metadata', at, at);
    const value = stated.kind === 'member' && stated.value ? stated.value : stated;
    if (value.kind === 'call') return this.metadata(value);
    const registry = classMember(run, root, 'registry', at, at);
    const own = registry.kind === 'member' ? registry.value : registry;
    if (own?.kind === 'call') return this.ofRegistry(own);
    return this.metadata({ kind: 'member', of: root, name: 'metadata', nameAt: at, at });
  }

  ofRegistry(registry: Value): Metadata {
    const stated = registry.kind === 'call' ? argument(registry.args, 'metadata') : undefined;
    return this.metadata(stated ?? { kind: 'member', of: registry, name: 'metadata', nameAt: registry.at, at: registry.at });
  }

  /** Of Flask's `db`. */
  ofDatabase(db: Value): Metadata {
    const args = db.kind === 'call' || db.kind === 'instance' ? db.args : undefined;
    const stated = args && argument(args, 'metadata');
    const base = args && argument(args, 'model_class');
    if (stated) return this.metadata(stated);
    if (base?.kind === 'class') return this.#ofClass(base);
    return this.metadata({ kind: 'member', of: db, name: 'metadata', nameAt: db.at, at: db.at });
  }

  /** The MetaData that a value stands for. */
  metadata(value: Value): Metadata {
    // `Base.metadata` of a class goes the way of the class.
    if (value.kind === 'member' && value.name === 'metadata') {
      if (value.value) return this.metadata(value.value);
      if (value.of.kind === 'class') {
        const base = this.#known.get(value.of.class.id) ?? (this.isRoot(value.of) ? undefined : this.of(value.of));
        if (base) return base.metadata;
      }
      if (value.of.kind === 'call' && value.of.callee.kind !== 'member' && calledName(value.of) === 'SQLAlchemy' && argument(value.of.args, 'metadata')) return this.ofDatabase(value.of);
      if (value.of.kind === 'call' && FACTORIES.has(calledName(value.of) ?? '')) {
        const stated = argument(value.of.args, 'metadata');
        if (stated) return this.metadata(stated);
      }
    }
    const key = identityOf(value);
    const known = this.#metadata.get(key);
    if (known) return known;
    const { run } = this.#of;
    const args = value.kind === 'call' ? value.args : undefined;
    const later = run.attributes.get(`${key}.naming_convention`);
    const made: Metadata = { key, schema: textOf((args && argument(args, 'schema')) ?? run.attributes.get(`${key}.schema`)), naming: readNaming(later ?? (args && argument(args, 'naming_convention'))), at: value.at };
    this.#metadata.set(key, made);
    return made;
  }

  #typesOf(line: readonly Value[]): TypeMap {
    const { run } = this.#of;
    for (const one of line) {
      if (one.kind !== 'class') continue;
      const own = classMember(run, one, 'type_annotation_map', one.at, one.at);
      if (own.kind === 'dict') return readTypeMap(own);
      const registry = classMember(run, one, 'registry', one.at, one.at);
      const made = registry.kind === 'member' ? registry.value : registry;
      if (made?.kind === 'call') return readTypeMap(made.args.named.get('type_annotation_map'));
    }
    return [];
  }
}

export function readNaming(value: Value | undefined): Naming {
  if (value?.kind !== 'dict') return DEFAULT_NAMING;
  const naming = new Map<string, string>();
  for (const { key, value: template } of value.entries) {
    const kind = textOf(key) ?? KINDS[lastName(key) ?? ''];
    const text = textOf(template);
    if (kind !== undefined && text !== undefined) naming.set(kind, text);
  }
  return naming;
}

const KINDS: Readonly<Record<string, string>> = { Index: 'ix', UniqueConstraint: 'uq', CheckConstraint: 'ck', ForeignKeyConstraint: 'fk', PrimaryKeyConstraint: 'pk' };

function decorator(of: Reading, cls: ClassValue, code: ClassValue['class']['decorators'][number]): Value {
  const value = of.run.evaluate(code, cls.scope);
  return value.kind === 'call' && lastName(value.callee) !== undefined ? { ...value.callee, at: value.at } : value;
}

