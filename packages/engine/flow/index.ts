export { analyse } from './analyse.ts';
export { mayEnter } from './entries/candidates.ts';
export type { FlowInput } from './flow.ts';
