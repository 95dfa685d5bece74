import { test } from 'vitest';
import { inRoute } from './product.ts';
test('x', () => { const s = inRoute(process.env.BODY ?? ''); for (const x of s) console.log(x.model, x.operation, x.verdict, x.certainty, JSON.stringify(x.defect), x.why.map(w => w.text), x.entry?.kind, x.entry?.name); });
