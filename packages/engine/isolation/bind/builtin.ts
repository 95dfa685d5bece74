import type { QName } from '@tenantlint/model';

/** Built-in functions whose result depends on their arguments (and the clock) alone; `storage` helpers read only the path given. */
const PURE = new Set(
  (
    'lower upper initcap trim btrim ltrim rtrim substr substring left right replace translate reverse repeat lpad rpad length char_length character_length octet_length ' +
    'split_part position strpos starts_with concat concat_ws format quote_literal quote_ident regexp_replace regexp_match regexp_matches regexp_split_to_array regexp_split_to_table regexp_like ' +
    'md5 digest hmac encode decode crypt gen_salt sha256 sha512 hashtext convert_from convert_to to_hex ascii chr ' +
    'abs ceil ceiling floor round trunc mod power sqrt sign random greatest least div ' +
    'now current_timestamp transaction_timestamp statement_timestamp clock_timestamp timeofday date_trunc date_part extract age to_timestamp to_date to_char to_number make_interval make_date justify_hours timezone ' +
    'array_length array_position array_positions array_append array_prepend array_cat array_remove array_to_string string_to_array cardinality array_ndims array_upper array_lower unnest string_to_table generate_series ' +
    'to_json to_jsonb jsonb_build_object jsonb_build_array json_build_object json_build_array jsonb_extract_path jsonb_extract_path_text json_extract_path json_extract_path_text ' +
    'jsonb_array_elements jsonb_array_elements_text json_array_elements json_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys json_object_keys jsonb_typeof json_typeof jsonb_array_length json_array_length jsonb_path_exists jsonb_path_match jsonb_set jsonb_strip_nulls row_to_json ' +
    'isfinite isempty lower_inc upper_inc num_nonnulls num_nulls gen_random_uuid uuid_generate_v4 similarity word_similarity strict_word_similarity unaccent to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ' +
    'count sum avg min max bool_or bool_and every array_agg string_agg json_agg jsonb_agg any_value row_number rank dense_rank coalesce nullif ' +
    'pg_column_size pg_typeof width_bucket overlaps st_dwithin st_distance st_within st_contains st_makepoint host masklen inet_client_addr'
  ).split(' '),
);
const STORAGE = new Set(['foldername', 'filename', 'extension']);

const AGGREGATE = /^(count|sum|avg|min|max|bool_or|bool_and|every|array_agg|string_agg|jsonb?_agg|jsonb?_object_agg|stddev|variance)$/;

export function isAggregate(name: string): boolean {
  return AGGREGATE.test(name);
}

export function isPure(name: QName): boolean {
  if (name.schema === 'storage') return STORAGE.has(name.name);
  return (name.schema === undefined || name.schema === 'pg_catalog' || name.schema === 'extensions' || name.schema === 'public') && PURE.has(name.name);
}
