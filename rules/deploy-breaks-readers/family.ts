import type { Column } from '@tenantlint/model';

/** Types between which values are taken as they are. */
export function family({ typeText }: Column): string {
  if (/^(?:text|character varying|character|citext|bpchar)/.test(typeText)) return 'text';
  if (/^(?:smallint|integer|bigint|numeric|real|double precision)/.test(typeText)) return 'number';
  if (/^(?:timestamp|date)/.test(typeText)) return 'time';
  return /^jsonb?$/.test(typeText) ? 'json' : typeText;
}
