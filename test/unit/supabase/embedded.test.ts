import { never, type Condition, type Included, type Relationship, type TableName } from '@tenantlint/model';
import { describe, expect, test } from 'vitest';
import { textOf } from './asked.ts';
import { inRoute } from './product.ts';

/** What a select embeds, and along which columns: `tasks: projects.id = tasks.project_id`. */
function embeds(chain: string): string[] {
  const { queries } = inRoute(`await ${chain};`);
  const [query] = queries;
  return query ? query.includes.flatMap((one) => described(one, query.table)) : ['no query'];
}

const nameOf = (of: TableName): string => (of.kind === 'table' ? of.name : '?');

function described(one: Included, from: TableName): string[] {
  const { to } = one;
  if (!to) return [`${one.field}: untold`];
  const marks = [to.list ? 'list' : to.always ? 'always' : 'maybe', ...(one.required ? ['required'] : [])].join(' ');
  return [`${one.field}: ${tied(to, nameOf(from))} (${marks})`, ...one.includes.flatMap((inner) => described(inner, to.table).map((text) => `${one.field}.${text}`))];
}

function tied(to: Relationship, from: string): string {
  const { through } = to;
  if (!through) return to.on.map(([here, there]) => `${from}.${here} = ${nameOf(to.table)}.${there}`).join(' and ');
  const join = nameOf(through.table);
  return [...through.here.map(([here, there]) => `${from}.${here} = ${join}.${there}`), ...through.there.map(([here, there]) => `${join}.${here} = ${nameOf(to.table)}.${there}`)].join(' and ');
}

describe('embedded rows follow the foreign keys', () => {
  test.each([
    [`db.from('projects').select('id, tasks(id)')`, ['tasks: projects.id = tasks.project_id (list)']],
    [`db.from('tasks').select('id, projects(id, orgs(name))')`, ['projects: tasks.project_id = projects.id (always)', 'projects.orgs: projects.org_id = orgs.id (always)']],
    [`db.from('tasks').select('id, project:projects(name)')`, ['project: tasks.project_id = projects.id (always)']],
    [`db.from('tasks').select('id, project_id(name)')`, ['project_id: tasks.project_id = projects.id (always)']],
    [`db.from('tasks').select('id, tasks_project_id_fkey(name)')`, ['tasks_project_id_fkey: tasks.project_id = projects.id (always)']],
    [`db.from('tasks').select('id, people!created_by(name)')`, ['people: tasks.created_by = people.id (maybe)']],
    [`db.from('tasks').select('id, author:people!tasks_created_by_fkey(name), closer:people!closed_by!inner(name)')`, ['author: tasks.created_by = people.id (maybe)', 'closer: tasks.closed_by = people.id (maybe required)']],
    [`db.from('projects').select('id, tags(name)')`, ['tags: projects.id = project_tags.project_id and project_tags.tag_id = tags.id (list)']],
    [`db.from('projects').select('id, tags!project_tags(name)')`, ['tags: projects.id = project_tags.project_id and project_tags.tag_id = tags.id (list)']],
    [`db.from('projects').select('id, project_tags(tags(name))')`, ['project_tags: projects.id = project_tags.project_id (list)', 'project_tags.tags: project_tags.tag_id = tags.id (always)']],
    [`db.from('projects').select('id, briefs(body)')`, ['briefs: projects.id = briefs.project_id (maybe)']],
    [`db.from('tasks').select('id, parent:parent_id(title)')`, ['parent: tasks.parent_id = tasks.id (maybe)']],
    [`db.from('orgs').select(\`id, projects ( id, tasks!inner ( title ) )\`)`, ['projects: orgs.id = projects.org_id (list)', 'projects.tasks: projects.id = tasks.project_id (list required)']],
    [`db.from('projects').select('...orgs(name), tasks(count)')`, ['orgs: projects.org_id = orgs.id (always)', 'tasks: projects.id = tasks.project_id (list)']],
    // Two keys lead there, and nothing says which is meant; PostgREST refuses.
    [`db.from('tasks').select('id, people(name)')`, ['people: untold']],
    [`db.from('projects').select('id, nothing(name)')`, ['nothing: untold']],
    [`db.from('nowhere').select('id, projects(name)')`, ['projects: untold']],
  ])('%s', (chain, want) => {
    expect(embeds(chain)).toEqual(want);
  });
});

describe('columns that are named', () => {
  test.each([
    ['', undefined],
    [`'*'`, undefined],
    [`'*, tasks(id)'`, undefined],
    [`'id, title:name, amount::text, data->a->>b, "is_public"'`, ['id', 'name', 'amount', 'data', 'is_public']],
    [`'id, total:amount.sum(), count(), tasks(id)'`, ['id']],
    [`columns`, undefined],
    ["`id, ${extra}`", undefined],
  ])('select(%s)', (code, want) => {
    const { queries } = inRoute(`const { columns, extra } = await request.json(); await db.from('projects').select(${code});`);
    expect(queries[0]?.selects).toEqual(want);
  });

  test.each(['id,,name', 'id(', 'tasks(id', ')', 'a:b:c(d)', 'tasks!(id)', '...', 'x'.repeat(200) + '('.repeat(200), '!', '::text', '""', '"', 'a!b!c!d(e!inner(f))'])('damaged: %s', (text) => {
    const { queries } = inRoute(`await db.from('projects').select(${JSON.stringify(text)}).eq('id', 'p');`);
    expect(queries.map((q) => textOf(q.condition))).toEqual(['id = "p"']);
  });
});

describe('embedding can ask something of the rows themselves', () => {
  const relations = (of: Condition): string[] => {
    switch (of.kind) {
      case 'all': case 'any': return of.of.flatMap(relations);
      case 'not': return relations(of.of).map((text) => `not ${text}`);
      case 'relation': return [textOf(of)];
      case 'compare': case 'alternatives': case 'overwritten': case 'narrowing': case 'opaque': return [];
      default: return never(of);
    }
  };
  test.each([
    [`select('id, tasks(id)').eq('tasks.done', true)`, []],
    [`select('id, tasks!inner(id)').eq('tasks.done', true)`, ['some tasks (done = "true")']],
    [`select('id, orgs!inner(id)').eq('orgs.slug', 'a').eq('orgs.name', 'b')`, ['is orgs (all(name = "b"; slug = "a"))']],
    [`select('id, t:tasks!inner(id)').or('done.is.true,title.eq.x', { referencedTable: 't' })`, ['some tasks (any(done = "true"; title = "x"))']],
    [`select('id, tasks!inner(id, people!created_by!inner(name))').eq('tasks.people.name', 'Ann')`, ['some tasks (is people (name = "Ann"))']],
    [`select('id, tasks(id)').not('tasks', 'is', null)`, ['some tasks (all())']],
    [`select('id, tasks(id)').is('tasks', null).eq('tasks.done', false)`, ['not some tasks (done = "false")']],
  ])('%s', (chain, want) => {
    const { queries } = inRoute(`await db.from('projects').${chain};`);
    expect(queries.flatMap((q) => relations(q.condition))).toEqual(want);
  });
});
