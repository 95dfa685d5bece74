create table t0 (id int);
create temp table tmp (id int); create table pg_temp.tmp2 (id int);
create table tmp (id int);
create index on tmp (id);
drop table tmp;
drop table tmp;
set search_path = nope, public;
create table t1 (id int);
reset all;
