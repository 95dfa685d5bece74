export * from './datamodel.ts';
export { parseSchema } from './parse.ts';
export { delegateName, resolve } from './resolve.ts';
