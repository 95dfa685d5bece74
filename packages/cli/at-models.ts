import { byPlace } from '@tenantlint/engine';
import type { Finding, Span } from '@tenantlint/model';
import type { Analysis } from './analyse.ts';

/**
 * Migrations that an ORM writes are its output: who mends a table or a column of theirs edits the model. Such findings
 * are reported there, and the migration's statement comes along as a related place.
 */
export function atModels(findings: readonly Finding[], { facts, models }: Analysis): Finding[] {
  const generated = new Set(facts.timeline.steps.filter((s) => s.tool === 'prisma').map((s) => s.file));
  const places = new Map<string, Span>();
  for (const map of models) {
    for (const model of map.models.values()) {
      places.set(model.table, model.at);
      for (const field of model.fields.values()) if (field.kind === 'scalar') places.set(`${model.table}.${field.column}`, field.at);
    }
  }
  const moved = findings.map((f) => {
    const place = generated.has(f.at.file) && created(f, facts.schema.tables) ? places.get(f.subject.name) : undefined;
    return place ? { ...f, at: place, related: [{ at: f.at, note: 'in the migration' }, ...f.related] } : f;
  });
  return moved.sort(byPlace);
}

/** The finding stands where its table or column was created, not at a statement that did something to it later. */
function created({ at, subject }: Finding, tables: Analysis['facts']['schema']['tables']): boolean {
  const same = (other: Span | undefined) => other?.file === at.file && other.start === at.start;
  if (subject.kind === 'table') return same(tables.get(subject.name)?.at);
  if (subject.kind !== 'column') return false;
  const dot = subject.name.lastIndexOf('.');
  return same(tables.get(subject.name.slice(0, dot))?.columns.get(subject.name.slice(dot + 1))?.at);
}
