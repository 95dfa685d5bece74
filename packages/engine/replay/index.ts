export { replay, type ReplayOptions } from './replay.ts';
export { Replayed } from './resume.ts';
export { keepBase, madeBase, SUPABASE_SQL } from './base/index.ts';
