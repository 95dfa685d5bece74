import { holdBackWasmTierUp } from 'tenantlint/review';
import { run } from './run.ts';

holdBackWasmTierUp();
process.exitCode = await run({ env: process.env, write: (text) => { process.stdout.write(text); } });
