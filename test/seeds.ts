import * as fc from 'fast-check';

/**
 * The same random cases in every run, so that a red run means a change and not a draw. `FUZZ_SEED=<number>` tries
 * others, `FUZZ_SEED=random` new ones each time; a red run prints its seed.
 */
const seed = process.env['FUZZ_SEED'] ?? '1';
fc.configureGlobal({ ...fc.readConfigureGlobal(), ...(seed === 'random' ? {} : { seed: Number(seed) }) });
