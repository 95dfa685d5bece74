import type { SqlExpr, TypeRef } from '@tenantlint/model';
import { plainType } from '../types.ts';

/** Functions of Postgres by their result type; a `1` is the type of the first argument. */
const RESULTS: Readonly<Record<string, string>> = {
  text: 'lower upper initcap concat concat_ws format substring substr left right trim btrim ltrim rtrim replace reverse repeat split_part ' +
    'regexp_replace regexp_substr to_char md5 quote_ident quote_literal quote_nullable string_agg jsonb_typeof json_typeof pg_get_expr pg_get_functiondef pg_get_viewdef ' +
    'pg_get_constraintdef pg_get_indexdef pg_get_triggerdef obj_description col_description current_setting set_config encode translate overlay lpad rpad chr to_hex ' +
    'array_to_string version format_type pg_size_pretty jsonb_array_elements_text json_array_elements_text regexp_split_to_table string_to_table jsonb_object_keys json_object_keys json_extract_path_text jsonb_extract_path_text unaccent jsonb_pretty pg_get_function_identity_arguments pg_get_function_result pg_get_function_arguments normalize',
  integer: 'length char_length character_length octet_length bit_length ascii strpos position array_length array_lower array_upper array_ndims cardinality array_position jsonb_array_length json_array_length pg_backend_pid date_part_int levenshtein num_nulls num_nonnulls width_bucket inet_server_port regexp_count regexp_instr ntile',
  bigint: 'count nextval currval setval lastval row_number rank dense_rank txid_current pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_database_size factorial_int hashtextextended',
  boolean: 'bool_and bool_or every has_table_privilege has_schema_privilege has_function_privilege has_column_privilege pg_has_role starts_with isfinite isempty pg_try_advisory_lock pg_try_advisory_xact_lock pg_advisory_unlock jsonb_path_exists jsonb_exists lower_inc upper_inc row_security_active array_contains',
  'double precision': 'random extract_double sqrt cbrt exp ln log10 pi power sin cos tan asin acos atan atan2 degrees radians date_part percent_rank cume_dist percentile_cont corr regr_slope regr_intercept ts_rank ts_rank_cd stddev_double setseed',
  numeric: 'extract to_number round_numeric',
  real: 'similarity word_similarity strict_word_similarity',
  'timestamp with time zone': 'now clock_timestamp statement_timestamp transaction_timestamp to_timestamp make_timestamptz pg_postmaster_start_time',
  'timestamp without time zone': 'make_timestamp',
  date: 'make_date to_date',
  interval: 'age make_interval justify_days justify_hours justify_interval',
  uuid: 'gen_random_uuid uuidv4 uuidv7',
  jsonb: 'jsonb_build_object jsonb_build_array jsonb_agg jsonb_object_agg to_jsonb jsonb_set jsonb_insert jsonb_strip_nulls jsonb_object jsonb_array_elements jsonb_path_query jsonb_path_query_first jsonb_path_query_array jsonb_extract_path jsonb_concat',
  json: 'json_build_object json_build_array json_agg json_object_agg to_json row_to_json array_to_json json_array_elements json_extract_path json_object json_strip_nulls',
  bytea: 'decode sha224 sha256 sha384 sha512 convert_to',
  name: 'current_database current_schema pg_get_userbyid',
  tsvector: 'to_tsvector setweight strip array_to_tsvector',
  tsquery: 'to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery',
  'text[]': 'string_to_array regexp_split_to_array regexp_match regexp_matches parse_ident tsvector_to_array',
  'name[]': 'current_schemas',
  inet: 'inet_client_addr inet_server_addr host_inet',
  void: 'pg_advisory_lock pg_advisory_xact_lock pg_notify pg_sleep',
  regclass: 'to_regclass',
  regtype: 'pg_typeof to_regtype',
  '1': 'abs ceil ceiling floor sign max min first_value last_value nth_value lag lead mode coalesce nullif array_append array_remove array_replace array_cat trim_array percentile_disc any_value json_populate_record jsonb_populate_record json_populate_recordset jsonb_populate_recordset generate_series mod gcd lcm trim_scale bit_and bit_or bit_xor xmlagg range_merge',
};

const RESULT_OF = new Map(Object.entries(RESULTS).flatMap(([type, names]) => names.split(' ').map((name) => [name, type] as const)));

/** Result type of a function of Postgres itself; undefined for one that is not listed. */
export function builtInResult(call: SqlExpr & { readonly kind: 'call' }, given: readonly (TypeRef | undefined)[]): TypeRef | undefined {
  const name = call.name.name;
  const first = given[0] === undefined ? undefined : { ...given[0], mods: [] };
  switch (name) {
    case 'sum':
      if (first === undefined) return undefined;
      return plainType(first.name === 'bigint' ? 'numeric' : first.name === 'integer' || first.name === 'smallint' ? 'bigint' : first.name);
    case 'avg':
      if (first === undefined) return undefined;
      return plainType(first.name === 'real' || first.name === 'double precision' ? 'double precision' : first.name === 'interval' ? 'interval' : 'numeric');
    case 'stddev':
    case 'stddev_pop':
    case 'stddev_samp':
    case 'variance':
    case 'var_pop':
    case 'var_samp':
      if (first === undefined) return undefined;
      return plainType(first.name === 'real' || first.name === 'double precision' ? 'double precision' : 'numeric');
    case 'round':
    case 'trunc':
    case 'sqrt':
    case 'power':
    case 'pow':
    case 'exp':
    case 'ln':
    case 'log':
    case 'ceil':
    case 'ceiling':
    case 'floor':
      if (first === undefined) return undefined;
      return plainType(given.some((type) => type?.name === 'numeric') ? 'numeric' : 'double precision');
    case 'array_agg':
    case 'array_fill':
      return first === undefined ? undefined : { ...(first.name === 'unknown' ? plainType('text') : first), dims: 1 };
    case 'array_prepend':
      return given[1];
    case 'unnest':
      return first === undefined ? undefined : { ...first, dims: 0 };
    case 'date_trunc': {
      const of = given[1];
      return of === undefined ? undefined : plainType(of.name === 'date' ? 'timestamp with time zone' : of.name);
    }
    case 'timezone': {
      const of = given[1];
      if (of === undefined) return undefined;
      return plainType(of.name === 'timestamp with time zone' ? 'timestamp without time zone' : of.name.startsWith('timestamp') ? 'timestamp with time zone' : of.name);
    }
    case 'lower':
    case 'upper':
      if (first !== undefined && RANGE_ELEMENT[first.name] !== undefined) return plainType(RANGE_ELEMENT[first.name] ?? '');
      return plainType('text');
    case 'substring':
    case 'overlay':
      return first?.name === 'bytea' ? first : plainType('text');
  }
  const type = RESULT_OF.get(name);
  if (type === undefined) return undefined;
  if (type === '1') return first?.name === 'unknown' ? plainType('text') : first;
  return type.endsWith('[]') ? { ...plainType(type.slice(0, -2)), dims: 1 } : plainType(type);
}

const RANGE_ELEMENT: Readonly<Record<string, string>> = {
  int4range: 'integer', int8range: 'bigint', numrange: 'numeric', tsrange: 'timestamp without time zone', tstzrange: 'timestamp with time zone', daterange: 'date',
};
