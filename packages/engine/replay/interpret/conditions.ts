import type { PlBlock } from '@tenantlint/model';

/** Error codes of the conditions that DDL raises, for handlers that name the code. */
const CODES: Readonly<Record<string, string>> = {
  '42710': 'duplicate_object', '42P07': 'duplicate_table', '42701': 'duplicate_column', '42723': 'duplicate_function', '42P06': 'duplicate_schema',
  '42704': 'undefined_object', '42P01': 'undefined_table', '42703': 'undefined_column', '42883': 'undefined_function', '3F000': 'invalid_schema_name',
  '2BP01': 'dependent_objects_still_exist', '42809': 'wrong_object_type', '0A000': 'feature_not_supported', P0001: 'raise_exception',
  '42501': 'insufficient_privilege', '23505': 'unique_violation', '42601': 'syntax_error', '22P02': 'invalid_text_representation', '42P16': 'invalid_table_definition',
  '42804': 'datatype_mismatch', '42830': 'invalid_foreign_key',
};

/** Conditions by the class that a handler can name instead. */
const CLASSES: readonly { readonly name: string; readonly has: RegExp }[] = [
  { name: 'syntax_error_or_access_rule_violation', has: /^(duplicate_|undefined_|wrong_object|invalid_(table|foreign|function|schema)|syntax_error|insufficient|datatype_mismatch)/ },
  { name: 'plpgsql_error', has: /^raise_exception$/ },
];

/** Never caught by OTHERS: our own limit stands for a query that was cancelled. */
const FATAL = new Set(['program_limit_exceeded', 'query_canceled', 'assert_failure']);

export function handles(conditions: readonly string[], raised: string): boolean {
  const name = CODES[raised] ?? raised;
  return conditions.some((condition) => {
    if (condition === 'others') return !FATAL.has(name);
    if (condition === name || CODES[condition] === name) return true;
    return CLASSES.some((group) => group.name === condition && group.has.test(name));
  });
}

/** Whether a handler waits for an object that is not there. */
export function mayHandleMissing(handlers: PlBlock['handlers']): boolean {
  return handlers.some(({ conditions }) => handles(conditions, 'undefined_table') || handles(conditions, 'undefined_object') || handles(conditions, 'undefined_column') || handles(conditions, 'undefined_function'));
}
