export { lowerFile } from './lower/file.ts';
export { isCode, readProgram, type ProgramInput } from './graph/program.ts';
export { createResolver, type Resolver } from './graph/resolve.ts';
export { glanceAt, type Glance, type Words } from './graph/glance.ts';
