export { createSqlParser } from './parser.ts';
