create table a (id int primary key); create table b (id int); create schema s; create table s.c (id int);
create publication p1; create publication p2 for table a, b; create publication p3 for all tables; create publication p4 for tables in schema s; create publication p1;
alter publication p1 add table a, s.c; alter publication p1 add table a; alter publication p1 drop table s.c; alter publication p1 drop table b;
alter publication p2 set table b; alter publication p4 add tables in schema public; alter publication p4 drop tables in schema s;
alter publication p1 rename to p9; alter table a rename to aa; alter table s.c set schema public;
drop table b; drop publication p3; drop publication nope; drop publication if exists nope;
