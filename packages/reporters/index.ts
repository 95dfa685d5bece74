import type { Reporter } from '@tenantlint/model';
import { github } from './github.ts';
import { json } from './json.ts';
import { pretty } from './pretty.ts';
import { sarif } from './sarif.ts';

export { plainJson } from './json.ts';
export { Places, type Place } from './places.ts';

export const reporters = { pretty, json, sarif, github } as const satisfies Readonly<Record<string, Reporter>>;
export type Format = keyof typeof reporters;
