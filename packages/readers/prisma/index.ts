export * from './datamodel.ts';
export { parseSchema } from './parse.ts';
export { delegateName, resolve } from './resolve.ts';
export { schemaEvents } from './events.ts';
export type { ReadExpression } from './columns.ts';
export { modelMap } from './model-map.ts';
export { readPrisma, wantsPrisma, type PrismaSchema } from './reader.ts';
