import type { AbstractValue, CodeFile, CodeImport, CodeStatement, CodeTarget, CodeType } from '@tenantlint/model';
import { Names } from './state.ts';

export type Declaration =
  | { readonly kind: 'value'; readonly statement: Extract<CodeStatement, { kind: 'let' }> }
  | { readonly kind: 'statement'; readonly statement: Extract<CodeStatement, { kind: 'function' | 'class' }> }
  | { readonly kind: 'import'; readonly import: CodeImport };

/** A file's outermost names. Values are computed when they are first asked for, in the state that all files share. */
export class ModuleNames {
  readonly file: CodeFile;
  readonly names: Names;
  readonly declared = new Map<string, Declaration>();
  readonly types = new Map<string, CodeType>();
  readonly values = new Map<string, AbstractValue>();
  readonly exports = new Map<string, AbstractValue>();
  readonly busy = new Set<string>();

  constructor(file: CodeFile) {
    this.file = file;
    this.names = new Names(undefined, file.path);
    for (const one of file.imports) if (one.local) this.declared.set(one.local, { kind: 'import', import: one });
    this.#declare(file.body);
  }

  #declare(body: readonly CodeStatement[]): void {
    for (const statement of body) {
      if (statement.kind === 'let') for (const name of boundNames(statement.target)) this.declared.set(name, { kind: 'value', statement });
      else if (statement.kind === 'function' && statement.fn.name !== undefined) this.declared.set(statement.fn.name, { kind: 'statement', statement });
      else if (statement.kind === 'class' && statement.class.name !== undefined) this.declared.set(statement.class.name, { kind: 'statement', statement });
      else if (statement.kind === 'type') this.types.set(statement.name, statement.type);
      else if (statement.kind === 'block') this.#declare(statement.body);
    }
  }
}

/** The names that a pattern declares. */
export function boundNames(target: CodeTarget): string[] {
  switch (target.kind) {
    case 'name': return [target.name];
    case 'object': return [...target.properties.flatMap((p) => boundNames(p.target)), ...(target.rest ? boundNames(target.rest) : [])];
    case 'array': return [...target.items.flatMap((i) => (i ? boundNames(i.target) : [])), ...(target.rest ? boundNames(target.rest) : [])];
    case 'place': return [];
  }
}
