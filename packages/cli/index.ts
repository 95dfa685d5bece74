// What is published is `api.ts`; the rest is for the tests and the measurements of this repository.
export * from './api.ts';
export { analyse, type Analysis } from './analyse.ts';
export { main } from './main.ts';
export { model as inspectModel } from './inspect.ts';
export { inMemory } from './check.ts';
export type { Project } from './project.ts';
export type { Workspace } from './workspace.ts';
