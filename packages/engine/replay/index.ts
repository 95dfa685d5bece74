export { replay, type ReplayOptions } from './replay.ts';
