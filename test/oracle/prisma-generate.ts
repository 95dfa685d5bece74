import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';

/**
 * Random valid schemas: models with keys, indexes, defaults, native types and relations of every
 * shape, laid out at random. Every one must be accepted by Prisma, or it tests nothing.
 */
export function randomSchema(draw: GeneratorValue): string {
  return new Generator(draw).schema();
}

/** A place of a text and what to put there instead. */
export interface Damage {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a slip of the hand or a merge gone wrong does to a text. */
export function randomDamage(draw: GeneratorValue, text: string): Damage {
  const upTo = (max: number): number => draw(fc.nat, { max });
  const at = upTo(text.length);
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at) + 1;
  switch (upTo(4)) {
    case 0:
      return { start: at, end: Math.min(text.length, at + 1 + upTo(12)), text: '' };
    case 1:
      return { start: lineStart, end: lineEnd, text: '' };
    case 2:
      return { start: lineEnd, end: lineEnd, text: text.slice(lineStart, lineEnd) };
    case 3:
      return { start: lineStart, end: lineStart, text: `${slips[upTo(slips.length - 1)] ?? ''}\n` };
    default:
      return { start: at, end: at, text: slips[upTo(slips.length - 1)] ?? '' };
  }
}

const slips = [
  '{', '}', '@', '@@', '(', ')', '[', ']', '"', '?', '//', '\n', '\r', ' ', '\t', ',', ':', '.', '=', '\\', '!', '<<<<<<< HEAD', '>>>>>>> main',
  'model', 'model X {', 'enum', 'x Int', '@id', '@@index([x])', '@db.', '😀', 'é', '\u00a0', '\u0000', '-', '1', '_', '/// x', ' // {', 'Int[]', 'null',
];

interface FieldDraft {
  readonly name: string;
  /** Type with its native attribute, as a foreign key must repeat it. */
  readonly type: string;
  readonly native: string;
  readonly arity: '' | '?' | '[]';
  attributes: string[];
}

interface ModelDraft {
  readonly name: string;
  readonly fields: FieldDraft[];
  readonly attributes: string[];
  readonly keys: Set<string>;
  /** Fields that other models may refer to. */
  id: readonly FieldDraft[];
  /** Cut to length, the default names of a long table's keys may be equal: then only the first of a kind goes without a name. */
  long: boolean;
  readonly unnamed: Set<string>;
}

const natives: Readonly<Record<string, readonly string[]>> = {
  String: ['', '', '@db.Uuid', '@db.VarChar(20)', '@db.VarChar', '@db.Char(3)', '@db.Text', '@db.Citext', '@db.Inet'],
  Int: ['', '', '@db.Integer', '@db.SmallInt', '@db.Oid'],
  BigInt: ['', '@db.BigInt'],
  Float: ['', '@db.Real', '@db.DoublePrecision'],
  Decimal: ['', '@db.Decimal(12, 2)', '@db.Money'],
  DateTime: ['', '@db.Timestamptz(6)', '@db.Timestamp', '@db.Date', '@db.Time(3)'],
  Boolean: ['', '@db.Boolean'],
  Json: ['', '@db.JsonB', '@db.Json'],
  Bytes: ['', '@db.ByteA'],
};

class Generator {
  private counter = 0;
  private readonly enums: { name: string; values: string[] }[] = [];
  private readonly models: ModelDraft[] = [];
  private multi = false;
  private emulated = false;

  constructor(private readonly draw: GeneratorValue) {}

  schema(): string {
    this.multi = this.chance(5);
    this.emulated = this.chance(6);
    for (let left = this.upTo(3); left > 0; left--) this.addEnum();
    for (let left = 1 + this.upTo(5); left > 0; left--) this.addModel();
    for (let left = this.upTo(8); left > 0; left--) this.addRelation();
    for (const model of this.models) this.addKeys(model);
    const blocks = [this.datasource(), ...this.shuffled([...this.enums.map((each) => this.printEnum(each)), ...this.models.map((each) => this.printModel(each))])];
    const text = blocks.join(this.oneOf(['\n', '\n\n', '\n// between {\n', '\n/* } model X {\n */\n']));
    return this.chance(4) ? text.replaceAll('\n', '\r\n') : text;
  }

  private upTo(max: number): number {
    return this.draw(fc.nat, { max });
  }

  private chance(oneIn: number): boolean {
    return this.upTo(oneIn - 1) === 0;
  }

  private oneOf<T>(items: readonly T[]): T {
    const item = items[this.upTo(items.length - 1)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  private shuffled<T>(items: T[]): T[] {
    for (let end = items.length - 1; end > 0; end--) {
      const at = this.upTo(end);
      const [a, b] = [items[end], items[at]];
      if (a !== undefined && b !== undefined) [items[end], items[at]] = [b, a];
    }
    return items;
  }

  private name(style: 'type' | 'field'): string {
    const id = this.counter++;
    const stems = style === 'type' ? ['Org', 'invoice_line', 'URL', 'Z', 'aModel', 'Member'] : ['id', 'org_id', 'userId', 'x', 'aVeryLongNameOfAFieldThatGoesOn', 'Tñ', 'enum'];
    return `${this.oneOf(stems)}${id}`;
  }

  private addEnum(): void {
    this.enums.push({ name: this.name('type'), values: Array.from({ length: 1 + this.upTo(3) }, (_, index) => `V${index}`) });
  }

  private field(model: ModelDraft, type: string, native: string, arity: FieldDraft['arity'], attributes: string[] = []): FieldDraft {
    const field = { name: this.name('field'), type, native, arity, attributes };
    if (this.chance(4)) field.attributes.push(`@map("${this.oneOf(['c', 'snake_', 'sp ace', 'Q'])}${this.counter++}")`);
    model.fields.push(field);
    return field;
  }

  private addModel(): void {
    const model: ModelDraft = { name: this.name('type'), fields: [], attributes: [], keys: new Set(), id: [], long: false, unnamed: new Set() };
    this.models.push(model);
    if (this.chance(4)) {
      model.id = [this.field(model, 'String', '@db.Uuid', ''), this.field(model, 'Int', '', '')];
      model.attributes.push(`@@id([${model.id.map((field) => field.name).join(', ')}]${this.oneOf(['', `, name: "key${this.counter++}"`, `, map: "pk${this.counter++}"`])})`);
      model.keys.add(model.id.map((field) => field.name).join());
    } else {
      const [type, native, value] = this.oneOf([
        ['Int', '', '@default(autoincrement())'], ['BigInt', '', '@default(autoincrement())'], ['Int', '@db.SmallInt', ''],
        ['String', '', '@default(cuid())'], ['String', '@db.Uuid', '@default(dbgenerated("gen_random_uuid()"))'], ['String', '@db.VarChar(30)', ''],
      ] as const);
      const id = this.field(model, type, native, '', [this.oneOf(['@id', `@id(map: "pk${this.counter++}")`])]);
      if (value !== '') id.attributes.push(value);
      model.id = [id];
      model.keys.add(id.name);
    }
    for (let left = this.upTo(7); left > 0; left--) this.addColumn(model);
    if (this.chance(3)) {
      const tail = this.oneOf(['', ' with blank', ...(this.emulated ? [] : ['_a_name_that_with_its_columns_is_longer_than_postgres'])]);
      model.long = tail.length > 20;
      model.attributes.push(`@@map("t_${this.counter++}${tail}")`);
    }
    if (this.multi) model.attributes.push(`@@schema("${this.oneOf(['public', 'app'])}")`);
  }

  private addColumn(model: ModelDraft): void {
    const arity = this.oneOf(['', '', '?', '[]'] as const);
    if (this.enums.length > 0 && this.chance(5)) {
      const type = this.oneOf(this.enums);
      const value = type.values[0] ?? '';
      this.field(model, type.name, '', arity, this.chance(2) ? [`@default(${arity === '[]' ? `[${type.values.join(', ')}]` : value})`] : []);
      return;
    }
    if (this.chance(8)) {
      this.field(model, 'Unsupported("tsvector")', '', this.oneOf(['?', '[]'] as const));
      return;
    }
    const type = this.oneOf(Object.keys(natives));
    const native = this.oneOf(natives[type] ?? ['']);
    const field = this.field(model, type, native, arity);
    const value = this.defaultOf(type, native);
    if (value !== undefined && this.chance(2)) field.attributes.push(`@default(${arity === '[]' ? (value.includes('(') ? '[]' : `[${value}, ${value}]`) : value})`);
    else if (type === 'DateTime' && arity !== '[]' && this.chance(2)) field.attributes.push('@updatedAt');
    else if (arity !== '' && this.chance(8)) field.attributes.push('@ignore');
  }

  private defaultOf(type: string, native: string): string | undefined {
    switch (type) {
      case 'String':
        if (native === '@db.Uuid') return this.oneOf(['uuid()', 'uuid(7)']);
        return native === '' || native === '@db.Text' ? this.oneOf(['"a"', '"it\'s {"', '"// @@id([x])"', '"q\\"q\\\\"', 'cuid()', 'nanoid(5)', 'ulid()', 'dbgenerated("now()::text")']) : undefined;
      case 'Int':
        return this.oneOf(['0', '-17', '42']);
      case 'BigInt':
        return '9007199254740993';
      case 'Float':
        return this.oneOf(['1.25', '-3']);
      case 'Decimal':
        return native === '@db.Money' ? undefined : this.oneOf(['0.5', '12']);
      case 'DateTime':
        return native === '@db.Time(3)' ? undefined : 'now()';
      case 'Boolean':
        return this.oneOf(['true', 'false']);
      case 'Json':
        return '"{\\"a\\": []}"';
      case 'Bytes':
        return '"AQIDBA=="';
      default:
        return undefined;
    }
  }

  private addRelation(): void {
    const from = this.oneOf(this.models);
    const to = this.oneOf(this.models);
    // Emulated actions must not run in circles.
    if (this.emulated && this.models.indexOf(from) <= this.models.indexOf(to)) return;
    const shape = this.oneOf(['many', 'many', 'one', 'join'] as const);
    const name = `r${this.counter++}`;
    const label = this.oneOf([`"${name}"`, `name: "${name}"`]);
    if (shape === 'join') {
      if (from.id.length !== 1 || to.id.length !== 1 || this.emulated) return;
      this.relationField(from, `${to.name}[]`, [`@relation(${label})`]);
      this.relationField(to, `${from.name}[]`, [`@relation(${label})`]);
      return;
    }
    const optional = this.chance(2);
    const keys = to.id.map((id) => this.field(from, id.type, id.native, optional ? '?' : ''));
    const list = keys.map((key) => key.name).join(', ');
    if (shape === 'one') {
      const map = this.map(from, 'key');
      if (keys.length === 1 && this.chance(2)) keys[0]?.attributes.push(`@unique${map === '' ? '' : `(${map})`}`);
      else from.attributes.push(`@@unique([${list}]${map === '' ? '' : `, ${map}`})`);
      from.keys.add(keys.map((key) => key.name).join());
    }
    const actions = optional ? ['Cascade', 'Restrict', 'SetNull'] : ['Cascade', 'Restrict'];
    if (!this.emulated) actions.push('NoAction');
    const map = this.emulated ? '' : this.map(from, 'fkey');
    const options = [
      `fields: [${list}]`,
      `references: [${to.id.map((id) => id.name).join(', ')}]`,
      ...(this.chance(2) ? [`onDelete: ${this.oneOf(actions)}`] : []),
      ...(this.chance(4) ? [`onUpdate: ${this.oneOf(actions)}`] : []),
      ...(map === '' ? [] : [map]),
    ];
    this.relationField(from, `${to.name}${optional ? '?' : ''}`, [`@relation(${[label, ...this.shuffled(options)].join(', ')})`]);
    this.relationField(to, `${from.name}${shape === 'many' ? '[]' : '?'}`, [`@relation(${label})`]);
  }

  /** A `map:` argument, or none where Prisma's default name is free. */
  private map(model: ModelDraft, kind: 'key' | 'idx' | 'fkey'): string {
    const taken = model.long && model.unnamed.has(kind);
    if (!taken && !this.chance(4)) {
      model.unnamed.add(kind);
      return '';
    }
    return `map: "${kind} ${this.counter++}"`;
  }

  private relationField(model: ModelDraft, type: string, attributes: string[]): void {
    model.fields.push({ name: this.name('field'), type, native: '', arity: '', attributes });
  }

  private addKeys(model: ModelDraft): void {
    const isColumn = (field: FieldDraft): boolean => field.type in natives && !field.attributes.includes('@ignore');
    const columns = model.fields.filter(isColumn);
    const plain = columns.filter((field) => field.arity !== '[]' && !['Json', 'Bytes', 'Float'].includes(field.type));
    const sort = (field: FieldDraft): string => field.name + this.oneOf(['', '', '(sort: Desc)', '(sort: Asc)']);
    for (let left = this.upTo(3); left > 0 && plain.length > 0; left--) {
      const picked = this.shuffled([...plain]).slice(0, 1 + this.upTo(2));
      const key = picked.map((field) => field.name).join();
      if (model.keys.has(key)) continue;
      model.keys.add(key);
      const list = `${this.oneOf(['', 'fields: '])}[${picked.map(sort).join(', ')}]`;
      const unique = this.chance(2);
      const map = this.map(model, unique ? 'key' : 'idx');
      const name = unique && picked.length > 1 && this.chance(2) ? `name: "n${this.counter++}"` : '';
      const type = !unique && this.chance(3) ? 'type: BTree' : '';
      model.attributes.push(`@@${unique ? 'unique' : 'index'}(${[list, name, map, type].filter((part) => part !== '').join(', ')})`);
    }
    const json = columns.find((field) => field.type === 'Json' && field.native !== '@db.Json' && field.arity !== '[]');
    if (json !== undefined && !model.long && this.chance(2)) model.attributes.push(`@@index([${json.name}${this.oneOf(['', '(ops: JsonbPathOps)', '(ops: raw("jsonb_ops"))'])}], type: Gin)`);
  }

  private datasource(): string {
    const lines = ['provider = "postgresql"'];
    if (this.multi) lines.push('schemas = ["public", "app"]');
    if (this.emulated) lines.push('relationMode = "prisma"');
    return `datasource db {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
  }

  private printEnum({ name, values }: { name: string; values: string[] }): string {
    const lines = values.map((value) => `${value}${this.oneOf(['', '', ` @map("${value.toLowerCase()} x")`])}`);
    if (this.chance(3)) lines.push(`@@map("e_${name}")`);
    if (this.multi) lines.push(`@@schema("${this.oneOf(['public', 'app'])}")`);
    return this.printBlock('enum', name, lines);
  }

  private printModel(model: ModelDraft): string {
    const gap = (): string => this.oneOf([' ', '  ', '\t', '\t \t']);
    const fields = model.fields.map((field) =>
      [field.name, `${field.type}${field.arity}`, ...this.shuffled([...field.attributes, ...(field.native === '' ? [] : [field.native])])].join(gap()));
    return this.printBlock('model', model.name, [...this.shuffled(fields), ...this.shuffled([...model.attributes])]);
  }

  private printBlock(keyword: string, name: string, lines: readonly string[]): string {
    const printed = lines.map((line) => `${this.oneOf(['  ', '\t', ''])}${line}${this.oneOf(['', '', ' // } c', ' /// doc', '   '])}\n${this.oneOf(['', '', '\n', '  // x Int\n', '  /// d\n'])}`);
    return `${this.oneOf(['', '/// doc { \n'])}${keyword} ${name} {${this.oneOf(['', ' // o'])}\n${printed.join('')}}${this.oneOf(['', '\n'])}`;
  }
}
