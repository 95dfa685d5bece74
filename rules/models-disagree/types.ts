import type { Certainty, Column, Schema, UserType } from '@tenantlint/model';

/** Whether the database refuses or changes what the model lets through. What takes more than the model asks for does no harm, or little. */
export function differs(model: Column, real: Column): Certainty | undefined {
  const [wanted, there] = [kind(model), kind(real)];
  if (wanted === there) return undefined;
  if (TEXT.test(wanted) && TEXT.test(there)) return limit(there) < limit(wanted) ? 'proven' : undefined;
  const [a, b] = [INTEGERS.indexOf(wanted), INTEGERS.indexOf(there)];
  if (a >= 0 && b >= 0) return b < a ? 'proven' : 'possible';
  return NUMBERS.test(wanted) && NUMBERS.test(there) ? 'possible' : 'proven';
}
const TEXT = /^(text|character varying|character|citext)\b/;
const INTEGERS = ['smallint', 'integer', 'bigint'];
const NUMBERS = /^(numeric|real|double precision)/;

function kind(column: Column): string {
  return column.typeText.replace(/^public\./, '').replace(/"/g, '').replace(/^(timestamp|time)\(\d\)/, '$1').replace(/^jsonb?$/, 'json');
}

function limit(type: string): number {
  return Number(/\((\d+)\)/.exec(type)?.[1] ?? (type === 'character' ? 1 : Infinity));
}

export function required(column: Column): string {
  return column.notNull ? 'required' : 'optional';
}

/** Enums of the models whose labels are not those of the database. */
export function enumsApart(models: Schema, schema: Schema): readonly { readonly type: UserType; readonly real: UserType; readonly refused: readonly string[]; readonly unread: readonly string[] }[] {
  return [...models.types.values()].flatMap((type) => {
    const real = schema.types.get(type.key);
    if (type.platform || type.form.is !== 'enum' || real?.form.is !== 'enum') return [];
    const [wanted, there] = [type.form.labels, real.form.labels];
    const without = (some: readonly string[], others: readonly string[]) => some.filter((label) => !others.includes(label)).map((label) => `'${label}'`);
    return [{ type, real, refused: without(wanted, there), unread: without(there, wanted) }];
  });
}
