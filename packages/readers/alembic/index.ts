export { readAlembic } from './reader.ts';
export { isRevision } from './revisions.ts';
