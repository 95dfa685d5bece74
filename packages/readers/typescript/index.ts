export { lowerFile } from './lower/file.ts';
export { isCode, readProgram, type ProgramInput } from './graph/program.ts';
export { createResolver, type Resolver } from './graph/resolve.ts';
