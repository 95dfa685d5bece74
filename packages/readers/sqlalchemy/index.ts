export { declaresModels, readSqlalchemy, type SqlalchemyModels } from './reader.ts';
export { isModelDump, readModelDump, terminated } from './dump.ts';
