export { supabase } from './adapter.ts';
