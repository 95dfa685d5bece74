export { createSqlParser } from './parser.ts';
export { holdBackWasmTierUp } from './grammar.ts';
export { sqlHistories } from './histories.ts';
