import type { Code } from '@tenantlint/model';

/** Code that may send a query: a call, or a template with a tag. */
export type QueryCode = Extract<Code, { kind: 'call' | 'template' }>;
