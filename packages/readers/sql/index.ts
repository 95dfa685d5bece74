export { createSqlParser } from './parser.ts';
export { holdBackWasmTierUp } from './grammar.ts';
