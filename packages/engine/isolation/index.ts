export type { Caller, Database, Goal, Prove, Question } from './prove/question.ts';
export { prove } from './prove/prove.ts';
export type { IsolationFacts, IsolationOptions } from './facts.ts';
export { createIsolation } from './facts.ts';
export { atomText, termText, valueText } from './prove/words.ts';
export { and, complement, exists, FALSE, or, TRUE } from './logic/formula.ts';
export { rowReplaced } from './logic/rename.ts';
