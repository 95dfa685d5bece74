export { analyse } from './analyse.ts';
export { mayEnter } from './entries/candidates.ts';
export { REMIX as frameworkPackages } from './entries/remix.ts';
export type { FlowInput } from './flow.ts';
