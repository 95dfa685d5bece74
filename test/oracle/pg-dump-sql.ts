/**
 * The catalog of a real Postgres as one JSON value, in the shape of `Canonical`. Works on 15 to 18: what only some
 * of them know (MAINTAIN, named NOT NULL constraints) is left out. The search path must be `public`, so that
 * `format_type` qualifies all but public types.
 */
export const DUMP_SQL = `
with ns as (
  select oid, nspname from pg_namespace n where nspname not like 'pg\\_%' and nspname <> 'information_schema'
), member as (
  select classid, objid from pg_depend where deptype = 'e'
), rel as (
  select c.*, n.nspname, n.nspname || '.' || c.relname as key from pg_class c join ns n on n.oid = c.relnamespace
  where not exists (select 1 from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
), acl as (
  select 'pg_class'::regclass as classid, c.oid, c.relowner as owner, null::name as col, c.relacl as acl from pg_class c
  union all select 'pg_class'::regclass, c.oid, c.relowner, a.attname, a.attacl from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
  union all select 'pg_proc'::regclass, p.oid, p.proowner, null, coalesce(p.proacl, acldefault('f', p.proowner)) from pg_proc p
  union all select 'pg_type'::regclass, t.oid, t.typowner, null, coalesce(t.typacl, acldefault('T', t.typowner)) from pg_type t
  union all select 'pg_namespace'::regclass, n.oid, n.nspowner, null, n.nspacl from pg_namespace n
), grants as (
  select classid, oid, json_agg(line order by line collate "C") as list from (
    select a.classid, a.oid,
      case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end || ' ' || lower(x.privilege_type)
        || coalesce(' (' || string_agg(a.col, ',' order by a.col collate "C") || ')', '') || case when bool_or(x.is_grantable) then ' *' else '' end as line
    from acl a, aclexplode(a.acl) x
    where x.grantee <> a.owner and x.privilege_type <> 'MAINTAIN'
    group by a.classid, a.oid, x.grantee, x.privilege_type, (a.col is null)
  ) g group by classid, oid
), idx as (
  select i.indrelid, ic.relname as name, json_build_object(
    'unique', i.indisunique, 'primary', i.indisprimary, 'method', am.amname,
    'constraint', exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p','u','x')),
    'keys', (select json_agg(case when k.attnum = 0 then '<expr>' else (select attname from pg_attribute where attrelid = i.indrelid and attnum = k.attnum) end
        || case when (i.indoption[k.o - 1] & 1) = 1 then ' desc' else '' end order by k.o)
      from unnest(i.indkey::int2[]) with ordinality k(attnum, o) where k.o <= i.indnkeyatts),
    'include', coalesce((select json_agg((select attname from pg_attribute where attrelid = i.indrelid and attnum = k.attnum) order by k.o)
      from unnest(i.indkey::int2[]) with ordinality k(attnum, o) where k.o > i.indnkeyatts), '[]'::json),
    'partial', i.indpred is not null) as def
  from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am am on am.oid = ic.relam
), trig as (
  select t.tgrelid, t.tgname as name, json_build_object(
    'function', (select n.nspname || '.' || p.proname || '()' from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = t.tgfoid),
    'timing', case when t.tgtype & 64 <> 0 then 'instead of' when t.tgtype & 2 <> 0 then 'before' else 'after' end,
    'events', array_remove(array[case when t.tgtype & 8 <> 0 then 'delete' end, case when t.tgtype & 4 <> 0 then 'insert' end,
      case when t.tgtype & 32 <> 0 then 'truncate' end, case when t.tgtype & 16 <> 0 then 'update' end], null),
    'columns', coalesce((select json_agg(a.attname order by a.attname collate "C") from pg_attribute a where a.attrelid = t.tgrelid and a.attnum = any(t.tgattr::int2[])), '[]'::json),
    'perRow', t.tgtype & 1 <> 0, 'when', t.tgqual is not null, 'enabled', t.tgenabled in ('O', 'A')) as def
  from pg_trigger t where not t.tgisinternal or t.tgparentid <> 0 and exists (select 1 from pg_trigger p where p.oid = t.tgparentid and not p.tgisinternal)
)
select json_build_object(
 'tables', coalesce((select json_object_agg(r.key, json_build_object(
    'kind', case r.relkind when 'r' then 'table' when 'p' then 'partitioned' else 'foreign' end,
    'owner', pg_get_userbyid(r.relowner), 'rls', r.relrowsecurity, 'forced', r.relforcerowsecurity, 'partition', r.relispartition,
    'parents', coalesce((select json_agg(pn.nspname || '.' || p.relname order by i.inhseqno) from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = r.oid), '[]'::json),
    'comment', obj_description(r.oid, 'pg_class'),
    'columns', (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
        'default', a.atthasdef and a.attgenerated = '', 'generated', a.attgenerated <> '', 'comment', col_description(r.oid, a.attnum),
        'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end) order by a.attnum), '[]'::json)
      from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped),
    'constraints', coalesce((select json_object_agg(k.conname, json_build_object(
        'kind', case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'c' then 'check' else 'exclude' end,
        'columns', case when k.contype in ('p','u','f') then (select json_agg(a.attname order by o) from unnest(k.conkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n) end,
        'references', case when k.contype = 'f' then (select fn.nspname || '.' || f.relname from pg_class f join pg_namespace fn on fn.oid = f.relnamespace where f.oid = k.confrelid) end,
        'referenced', case when k.contype = 'f' then (select json_agg(a.attname order by o) from unnest(k.confkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n) end,
        'onDelete', case when k.contype = 'f' then k.confdeltype end, 'onUpdate', case when k.contype = 'f' then k.confupdtype end,
        'validated', k.convalidated))
      from pg_constraint k where k.conrelid = r.oid and k.contype in ('p','u','f','c','x')
        -- Rows that Postgres keeps per partition of a referenced table are its own business.
        and not (k.contype = 'f' and k.conparentid <> 0 and k.conrelid = (select conrelid from pg_constraint where oid = k.conparentid))), '{}'::json),
    'indexes', coalesce((select json_object_agg(name, def) from idx where indrelid = r.oid), '{}'::json),
    'policies', coalesce((select json_object_agg(p.polname, json_build_object(
        'command', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        'permissive', p.polpermissive,
        'roles', (select json_agg(x order by x collate "C") from (select case when o = 0 then 'public' else pg_get_userbyid(o) end as x from unnest(p.polroles) o) y),
        'using', p.polqual is not null, 'check', p.polwithcheck is not null)) from pg_policy p where p.polrelid = r.oid), '{}'::json),
    'triggers', coalesce((select json_object_agg(name, def) from trig where tgrelid = r.oid), '{}'::json),
    'grants', coalesce((select list from grants g where g.classid = 'pg_class'::regclass and g.oid = r.oid), '[]'::json)
   )) from rel r where r.relkind in ('r', 'p', 'f')), '{}'::json),
 'views', coalesce((select json_object_agg(r.key, json_build_object(
    'owner', pg_get_userbyid(r.relowner), 'materialized', r.relkind = 'm', 'comment', obj_description(r.oid, 'pg_class'),
    'options', coalesce((select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(r.reloptions) o), '{}'::json),
    'columns', (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped),
    'indexes', coalesce((select json_object_agg(name, def) from idx where indrelid = r.oid), '{}'::json),
    'triggers', coalesce((select json_object_agg(name, def) from trig where tgrelid = r.oid), '{}'::json),
    'reads', coalesce((select json_agg(distinct n.nspname || '.' || c.relname) from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.oid
      join pg_class c on c.oid = d.refobjid and c.relkind in ('r','v','m','p','f') join pg_namespace n on n.oid = c.relnamespace where w.ev_class = r.oid), '[]'::json),
    'grants', coalesce((select list from grants g where g.classid = 'pg_class'::regclass and g.oid = r.oid), '[]'::json)
   )) from rel r where r.relkind in ('v', 'm')), '{}'::json),
 'functions', coalesce((select json_object_agg(n.nspname || '.' || p.proname || '(' || (select coalesce(string_agg(format_type(t, null), ', ' order by o), '') from unnest(p.proargtypes::oid[]) with ordinality u(t, o)) || ')', json_build_object(
    'kind', case p.prokind when 'p' then 'procedure' else 'function' end, 'owner', pg_get_userbyid(p.proowner), 'language', l.lanname,
    'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    'securityDefiner', p.prosecdef, 'leakproof', p.proleakproof, 'strict', p.proisstrict,
    'settings', coalesce((select json_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)) from unnest(p.proconfig) o), '{}'::json),
    'returns', case when p.prokind = 'p' then null else case when p.proretset then 'setof ' else '' end || format_type(p.prorettype, null) end,
    'args', coalesce((select json_agg(coalesce(a.name, '') || ' ' || coalesce(a.mode::text, 'i') order by a.o) from unnest(p.proargnames, p.proargmodes) with ordinality a(name, mode, o) where a.o <= greatest(cardinality(p.proargnames), 0)), '[]'::json),
    'defaults', p.pronargdefaults, 'comment', obj_description(p.oid, 'pg_proc'),
    'grants', coalesce((select list from grants g where g.classid = 'pg_proc'::regclass and g.oid = p.oid), '[]'::json)))
   from pg_proc p join ns n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
   where p.prokind in ('f', 'p') and l.lanname <> 'internal' and not exists (select 1 from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)), '{}'::json),
 'types', coalesce((select json_object_agg(n.nspname || '.' || t.typname, json_build_object('owner', pg_get_userbyid(t.typowner), 'form',
    case t.typtype when 'e' then json_build_object('labels', coalesce((select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid), '[]'::json))
      when 'd' then json_build_object('base', format_type(t.typbasetype, t.typtypmod), 'notNull', t.typnotnull, 'default', t.typdefault is not null,
        'checks', coalesce((select json_agg(conname order by conname collate "C") from pg_constraint where contypid = t.oid and contype = 'c'), '[]'::json))
      when 'c' then json_build_object('columns', coalesce((select json_agg(attname || ' ' || format_type(atttypid, atttypmod) order by attnum) from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped), '[]'::json))
      else json_build_object('is', 'range') end,
    'grants', coalesce((select list from grants g where g.classid = 'pg_type'::regclass and g.oid = t.oid), '[]'::json)))
   from pg_type t join ns n on n.oid = t.typnamespace
   where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
     and not exists (select 1 from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)), '{}'::json),
 'sequences', coalesce((select json_object_agg(r.key, json_build_object('owner', pg_get_userbyid(r.relowner),
    'ownedBy', (select dn.nspname || '.' || dc.relname || '.' || a.attname from pg_depend d join pg_class dc on dc.oid = d.refobjid join pg_namespace dn on dn.oid = dc.relnamespace
       join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0),
    'grants', coalesce((select list from grants g where g.classid = 'pg_class'::regclass and g.oid = r.oid), '[]'::json))) from rel r where r.relkind = 'S'), '{}'::json),
 'schemas', (select json_object_agg(n.nspname, json_build_object('owner', pg_get_userbyid(s.nspowner),
    'grants', coalesce((select list from grants g where g.classid = 'pg_namespace'::regclass and g.oid = n.oid), '[]'::json))) from ns n join pg_namespace s on s.oid = n.oid),
 'roles', (select json_object_agg(rolname, json_build_object('superuser', rolsuper, 'bypassRls', rolbypassrls, 'login', rolcanlogin, 'inherit', rolinherit, 'createRole', rolcreaterole, 'createDb', rolcreatedb,
    'memberOf', coalesce((select json_agg(distinct pg_get_userbyid(m.roleid)) from pg_auth_members m where m.member = r.oid), '[]'::json))) from pg_roles r where rolname not like 'pg\\_%'),
 'publications', coalesce((select json_object_agg(p.pubname, json_build_object('allTables', p.puballtables,
    'tables', coalesce((select json_agg(n.nspname || '.' || c.relname order by n.nspname || '.' || c.relname collate "C") from pg_publication_rel pr join pg_class c on c.oid = pr.prrelid join pg_namespace n on n.oid = c.relnamespace where pr.prpubid = p.oid), '[]'::json),
    'schemas', coalesce((select json_agg(n.nspname order by n.nspname) from pg_publication_namespace pn join pg_namespace n on n.oid = pn.pnnspid where pn.pnpubid = p.oid), '[]'::json))) from pg_publication p), '{}'::json),
 'defaultPrivileges', coalesce((select json_agg(line order by line collate "C") from (
    select pg_get_userbyid(d.defaclrole) || ' in ' || coalesce(n.nspname, '*') || ': ' || case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function' when 'T' then 'type' else 'schema' end
      || ' ' || case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end || ' ' || lower(a.privilege_type) as line
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
    where a.grantee <> d.defaclrole and a.privilege_type <> 'MAINTAIN') x), '[]'::json)
) as catalog`;

/** Stored expressions as text, with every name qualified; the search path must be empty. */
export const EXPRESSIONS_SQL = `
with ns as (select oid, nspname from pg_namespace n where nspname not like 'pg\\_%' and nspname <> 'information_schema')
select coalesce(json_object_agg(id, text), '{}'::json) as expressions from (
  select 'policy ' || n.nspname || '.' || c.relname || ' ' || p.polname || ' using' as id, pg_get_expr(p.polqual, p.polrelid) as text from pg_policy p join pg_class c on c.oid = p.polrelid join ns n on n.oid = c.relnamespace where p.polqual is not null
  union all select 'policy ' || n.nspname || '.' || c.relname || ' ' || p.polname || ' check', pg_get_expr(p.polwithcheck, p.polrelid) from pg_policy p join pg_class c on c.oid = p.polrelid join ns n on n.oid = c.relnamespace where p.polwithcheck is not null
  union all select 'check ' || n.nspname || '.' || c.relname || ' ' || k.conname, pg_get_expr(k.conbin, k.conrelid) from pg_constraint k join pg_class c on c.oid = k.conrelid join ns n on n.oid = c.relnamespace where k.contype = 'c'
  union all select 'default ' || n.nspname || '.' || c.relname || ' ' || a.attname, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum join pg_class c on c.oid = d.adrelid join ns n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'f')
  union all select 'where ' || n.nspname || '.' || c.relname || ' ' || ic.relname, pg_get_expr(i.indpred, i.indrelid) from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_class c on c.oid = i.indrelid join ns n on n.oid = c.relnamespace where i.indpred is not null
  union all select 'view ' || n.nspname || '.' || c.relname, '(' || rtrim(pg_get_viewdef(c.oid), ';') || ')' from pg_class c join ns n on n.oid = c.relnamespace where c.relkind in ('v', 'm')
) x`;
