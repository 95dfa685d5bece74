import { prove } from '@tenantlint/engine';
import type { FlowInput } from '@tenantlint/engine/flow';
import type { CodeFact, Model, ModelField, ModelMap } from '@tenantlint/model';
import { NO_CODE, type CodeRead } from './code-read.ts';
import { pythonVersions } from './packages.ts';
import { pythonProject } from './python.ts';
import type { Workspace } from './workspace.ts';

/** Words of which a Python file that asks the database holds at least one. */
const HINTS = /\b(?:sqlalchemy|sqlmodel|flask_sqlalchemy|AsyncSession)\b|\b(?:db|session|conn|connection|tx)\.(?:session|execute|scalars?|exec|query|get|add|add_all|merge|delete)\b|\.(?:scalar_one|scalar_one_or_none|scalars|filter_by)\(/;

/** Judges the queries of Python. Nothing of it is loaded where the product has none. */
export async function readPythonCode(workspace: Workspace, known: Omit<FlowInput, 'adapters' | 'prove' | 'models'>, maps: readonly ModelMap[]): Promise<CodeRead> {
  const project = await pythonProject(workspace);
  const own = maps.filter((m) => m.source === 'sqlalchemy');
  if (!project) return NO_CODE;
  const [{ readPythonProgram }, { clients }, { analyse }] = await Promise.all([import('@tenantlint/readers/python'), import('@tenantlint/readers/python/clients'), import('@tenantlint/engine/flow')]);
  const program = readPythonProgram({ project, hints: HINTS, packages: pythonVersions(workspace, clients.flatMap((c) => c.packages)) });
  if (program.files.size === 0) return NO_CODE;
  const models: ModelMap = { source: 'sqlalchemy', models: together(own) };
  const told = new Map<string, CodeFact>();
  const tell = (fact: CodeFact): void => void told.set(`${fact.kind} ${fact.at.file}:${fact.at.start}:${'name' in fact ? fact.name : ''}`, fact);
  const sites = analyse(program, { ...known, models, adapters: clients, prove, tell });
  const files = [...program.files.values()];
  const facts = [...told.values()].sort((a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
  return { sites, facts, comments: new Map(files.map((f) => [f.path, f.comments])), unread: files.flatMap((f) => f.unread), files: files.map((f) => f.path) };
}

/** Models of several bases. Where two have one name, the later ones carry their file as well. */
function together(maps: readonly ModelMap[]): Map<string, Model> {
  const found = new Map<string, Model>();
  for (const map of maps) {
    const renamed = new Map([...map.models].flatMap(([name, model]) => (found.has(name) ? [[name, `${model.at.file}#${name}`] as const] : [])));
    for (const [name, model] of map.models) {
      const fields = renamed.size === 0 ? model.fields : new Map([...model.fields].map(([key, field]): [string, ModelField] => [key, field.kind === 'relation' ? { ...field, model: renamed.get(field.model) ?? field.model } : field]));
      const own = renamed.get(name) ?? name;
      found.set(own, { ...model, name: own, fields });
    }
  }
  return found;
}
