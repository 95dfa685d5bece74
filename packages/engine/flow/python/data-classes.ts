import { list, type AbstractValue, type Code, type CodeClass, type CodeType, type Span, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleName, moduleOf } from '../interpret/modules.ts';
import { packageOf } from '../known/auth.ts';
import type { Names } from '../state.ts';
import { property } from '../values/property.ts';

/** A data class of the program, filled from what was sent; undefined for other types. */
export function ofModel(f: Flow, type: CodeType, of: ValueOf<'symbol'> | AbstractValue, file: string, at: Span, depth: number): AbstractValue | undefined {
  if (depth > 3 || of.kind !== 'symbol') return undefined;
  switch (type.kind) {
    case 'array': {
      const inner = ofModel(f, type.of, { ...of, path: [...of.path, '[]'] }, file, at, depth + 1);
      return inner && list(inner, at);
    }
    case 'union': return type.of.map((one) => ofModel(f, one, of, file, at, depth)).find((v) => v !== undefined);
    case 'ref': {
      if (/^(?:list|List|Sequence|set|tuple|Iterable)$/.test(type.name) && type.args[0]) return ofModel(f, { kind: 'array', of: type.args[0] }, of, file, at, depth);
      const cls = classOf(f, type.name, file);
      if (!cls || !isData(f, cls, 0)) return undefined;
      const fields: ValueEntry[] = allowsMore(cls.class) ? [] : [];
      for (const [name, field] of fieldsOf(f, cls, 0)) {
        if (field.static) continue;
        const part: AbstractValue = { ...of, path: [...of.path, aliasOf(field) ?? name], at };
        fields.push({ kind: 'property', name, nameAt: field.at, value: (field.type && ofModel(f, field.type, part, field.file, at, depth + 1)) ?? part });
      }
      // Fields that nobody declared come with those that somebody did, and are sent after them.
      if (allowsMore(cls.class)) fields.unshift({ kind: 'spread', of, at });
      return { kind: 'instance', class: cls.class, file: cls.file, scope: cls.scope, fields, at };
    }
    default: return undefined;
  }
}

export function classOf(f: Flow, name: string, file: string): ValueOf<'class'> | undefined {
  const [first = name, second] = name.split('.');
  const value = moduleName(f, file, first);
  if (value?.kind === 'class') return value;
  if (value?.kind === 'module' && second !== undefined) {
    const inner = moduleName(f, value.file, second);
    return inner?.kind === 'class' ? inner : undefined;
  }
  return undefined;
}

function basesOf(f: Flow, cls: ValueOf<'class'>): AbstractValue[] {
  const module = moduleOf(f, cls.file);
  return module ? cls.class.bases.map((base) => inModule(f, module, () => f.evaluate(base, cls.scope as Names))) : [];
}

/** A class whose objects carry what was sent: pydantic, dataclasses, msgspec. */
function isData(f: Flow, cls: ValueOf<'class'>, depth: number): boolean {
  if (cls.class.decorators.some((d) => /dataclass|define/.test(JSON.stringify(d).slice(0, 400)))) return true;
  if (depth > 6) return false;
  return basesOf(f, cls).some((base) => {
    if (base.kind === 'class') return isData(f, base, depth + 1);
    const from = packageOf(base);
    return from !== undefined && /^(?:pydantic|sqlmodel|msgspec|typing|typing_extensions|fastapi_users|ninja|humps|fastapi_camelcase)\b/.test(from);
  });
}

type FieldOf = CodeClass['fields'][number] & { readonly file: string };

/** Fields of a class and of those that it inherits from; its own take the place of theirs. */
export function fieldsOf(f: Flow, cls: ValueOf<'class'>, depth: number): Map<string, FieldOf> {
  const found = new Map<string, FieldOf>();
  if (depth > 6) return found;
  for (const base of basesOf(f, cls).reverse()) if (base.kind === 'class') for (const [name, field] of fieldsOf(f, base, depth + 1)) found.set(name, field);
  for (const field of cls.class.fields) found.set(field.name, { ...field, file: cls.file });
  return found;
}

/** `model_config = ConfigDict(extra="allow")`, `class Config: extra = 'allow'`. */
function allowsMore(of: CodeClass): boolean {
  return of.fields.some((field) => (field.name === 'model_config' || field.name === 'Config') && /"extra".{0,400}"allow"|"allow".{0,400}"extra"/.test(JSON.stringify(field.value ?? null)));
}

/** The name under which the value comes: `Field(alias='sub')`, `Field(validation_alias=AliasChoices('sub', …))`. */
function aliasOf({ value }: FieldOf): string | undefined {
  if (value?.kind !== 'call') return undefined;
  const given = value.args.find((a) => a.name === 'validation_alias') ?? value.args.find((a) => a.name === 'alias');
  return given && firstText(given.value);
}

const firstText = (code: Code): string | undefined => (code.kind === 'literal' ? (typeof code.value === 'string' ? code.value : undefined) : code.kind === 'call' && code.args[0] ? firstText(code.args[0].value) : undefined);

/** `Model.model_validate(value)`: an object of the class that holds what the value does. A row stays one. */
export function validated(f: Flow, cls: ValueOf<'class'>, value: AbstractValue, at: Span): AbstractValue {
  if (value.kind === 'symbol' && value.origin.kind !== 'call') return ofModel(f, { kind: 'ref', name: cls.class.name ?? '', args: [] }, value, cls.file, at, 0) ?? value;
  if (value.kind !== 'object' || !isData(f, cls, 0)) return value;
  const renamed = [...fieldsOf(f, cls, 0)].flatMap(([name, field]): ValueEntry[] => {
    const alias = aliasOf(field);
    const given = alias === undefined ? undefined : property(f, value, alias, at);
    return given && given.kind !== 'undefined' ? [{ kind: 'property', name, nameAt: at, value: given }] : [];
  });
  return { kind: 'instance', class: cls.class, file: cls.file, scope: cls.scope, fields: [...value.entries, ...renamed], at };
}
