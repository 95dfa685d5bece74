export { replay, type ReplayOptions } from './replay.ts';
export { SUPABASE_SQL } from './base/index.ts';
