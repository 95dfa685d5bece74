export { analyse } from './analyse.ts';
export type { FlowInput } from './flow.ts';
