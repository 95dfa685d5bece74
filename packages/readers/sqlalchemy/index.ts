export { declaresModels, readSqlalchemy, type SqlalchemyModels } from './reader.ts';
