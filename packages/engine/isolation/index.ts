export type { Caller, Database, Goal, Prove, Question } from './prove/question.ts';
export { prove } from './prove/prove.ts';
