import type { Comment, Span, Unread } from '@tenantlint/model';

/** A name as it stands in the file. */
export interface Name {
  readonly text: string;
  readonly at: Span;
}

export type Expression =
  | { readonly kind: 'string'; readonly value: string; readonly at: Span }
  /** Numbers keep their text: a BigInt or a Decimal does not fit a JavaScript number. */
  | { readonly kind: 'number'; readonly text: string; readonly at: Span }
  /** A field, an enum value, an index type, `true`: what a path means depends on the attribute. */
  | { readonly kind: 'path'; readonly text: string; readonly at: Span }
  | { readonly kind: 'call'; readonly name: Name; readonly args: readonly Argument[]; readonly at: Span }
  | { readonly kind: 'array'; readonly items: readonly Expression[]; readonly at: Span }
  | { readonly kind: 'object'; readonly members: readonly Argument[]; readonly at: Span };

export interface Argument {
  readonly name: Name | undefined;
  readonly value: Expression;
}

/** `@id` on a field or `@@id` on a block; the name is without the at signs, and with its dots: `db.Uuid`. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly Argument[];
  /** From the first at sign to the closing parenthesis. */
  readonly at: Span;
}

export type Arity = 'required' | 'optional' | 'list';

export interface FieldNode {
  readonly name: string;
  readonly nameAt: Span;
  /** The name of the type; for `Unsupported("tsvector")` the text inside the quotes. */
  readonly type: string;
  readonly typeAt: Span;
  readonly unsupported: boolean;
  readonly arity: Arity;
  readonly attributes: readonly Attribute[];
  readonly at: Span;
  /** False when the rest of the line could not be read: an attribute may be missing. */
  readonly complete: boolean;
}

export interface EnumValueNode {
  readonly name: Name;
  readonly attributes: readonly Attribute[];
  readonly at: Span;
}

export interface Setting {
  readonly name: Name;
  /** Undefined when the value is of no form that Prisma's settings have. */
  readonly value: Expression | undefined;
  readonly at: Span;
}

interface BlockNode {
  readonly name: Name;
  /** From the keyword to the closing brace. */
  readonly at: Span;
  /** False when a line inside could not be read, or the block never closes. */
  readonly complete: boolean;
}

export interface ModelBlock extends BlockNode {
  readonly kind: 'model' | 'view' | 'type';
  readonly fields: readonly FieldNode[];
  readonly attributes: readonly Attribute[];
}

export interface EnumBlock extends BlockNode {
  readonly kind: 'enum';
  readonly values: readonly EnumValueNode[];
  readonly attributes: readonly Attribute[];
}

export interface ConfigBlock extends BlockNode {
  readonly kind: 'datasource' | 'generator';
  readonly settings: readonly Setting[];
}

export type Block = ModelBlock | EnumBlock | ConfigBlock;

export interface SyntaxFile {
  readonly file: string;
  readonly blocks: readonly Block[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Unread[];
}
