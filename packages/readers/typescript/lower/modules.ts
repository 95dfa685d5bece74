import { ts } from '@ts-morph/common';
import type { CodeExport, CodeImport } from '@tenantlint/model';
import { hasModifier, type Lowering } from './lowering.ts';
import { DEFAULT_EXPORT } from './statements.ts';

/** The compiler's exports are getters: read here once, and not for each node. */
const { isBindingElement, isClassDeclaration, isEnumDeclaration, isExportAssignment, isExportDeclaration, isExternalModuleReference, isFunctionDeclaration, isIdentifier, isImportDeclaration, isImportEqualsDeclaration, isNamespaceExport, isNamespaceImport, isStringLiteral, isVariableStatement, SyntaxKind } = ts;

/** Import and export clauses of a module; `export const …` is both a statement and an export. */
export function lowerModule(low: Lowering): { imports: CodeImport[]; exports: CodeExport[] } {
  const imports: CodeImport[] = [];
  const exports: CodeExport[] = [];
  for (const s of low.source.statements) {
    const at = low.at(s);
    if (isImportDeclaration(s) && isStringLiteral(s.moduleSpecifier)) {
      const from = s.moduleSpecifier.text;
      const clause = s.importClause;
      const typeOnly = clause?.isTypeOnly ?? false;
      if (!clause) imports.push({ from, name: '', local: '', typeOnly: false, at });
      if (clause?.name) imports.push({ from, name: 'default', local: clause.name.text, typeOnly, at: low.at(clause.name) });
      const bindings = clause?.namedBindings;
      if (bindings && isNamespaceImport(bindings)) imports.push({ from, name: '*', local: bindings.name.text, typeOnly, at: low.at(bindings.name) });
      else if (bindings) for (const e of bindings.elements) imports.push({ from, name: (e.propertyName ?? e.name).text, local: e.name.text, typeOnly: typeOnly || e.isTypeOnly, at: low.at(e) });
    } else if (isImportEqualsDeclaration(s) && isExternalModuleReference(s.moduleReference) && isStringLiteral(s.moduleReference.expression)) {
      imports.push({ from: s.moduleReference.expression.text, name: '*', local: s.name.text, typeOnly: s.isTypeOnly, at });
    } else if (isExportDeclaration(s)) {
      if (s.isTypeOnly) continue;
      const from = s.moduleSpecifier && isStringLiteral(s.moduleSpecifier) ? s.moduleSpecifier.text : undefined;
      const clause = s.exportClause;
      if (!clause) {
        if (from !== undefined) exports.push({ kind: 'from', name: '*', imported: '*', from, at });
      } else if (isNamespaceExport(clause)) {
        if (from !== undefined) exports.push({ kind: 'from', name: clause.name.text, imported: '*', from, at });
      } else {
        for (const e of clause.elements) {
          const local = (e.propertyName ?? e.name).text;
          if (!e.isTypeOnly) exports.push(from === undefined ? { kind: 'local', name: e.name.text, local, at: low.at(e) } : { kind: 'from', name: e.name.text, imported: local, from, at: low.at(e) });
        }
      }
    } else if (isExportAssignment(s)) {
      exports.push({ kind: 'local', name: s.isExportEquals ? '=' : 'default', local: DEFAULT_EXPORT, at });
    } else if (hasModifier(s, SyntaxKind.ExportKeyword)) {
      exports.push(...declared(low, s));
    }
  }
  return { imports, exports };
}

function declared(low: Lowering, s: ts.Statement): CodeExport[] {
  const byDefault = hasModifier(s, SyntaxKind.DefaultKeyword);
  if (isVariableStatement(s)) return s.declarationList.declarations.flatMap(d => boundNames(d.name)).map(n => ({ kind: 'local', name: n.text, local: n.text, at: low.at(n) }));
  if (isFunctionDeclaration(s) || isClassDeclaration(s)) {
    const local = s.name?.text ?? DEFAULT_EXPORT;
    return [{ kind: 'local', name: byDefault ? 'default' : local, local, at: low.at(s.name ?? s) }];
  }
  return isEnumDeclaration(s) ? [{ kind: 'local', name: s.name.text, local: s.name.text, at: low.at(s.name) }] : [];
}

function boundNames(name: ts.BindingName): ts.Identifier[] {
  if (isIdentifier(name)) return [name];
  return name.elements.flatMap(e => (isBindingElement(e) ? boundNames(e.name) : []));
}
