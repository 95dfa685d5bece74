CREATE EXTENSION IF NOT EXISTS "pgcrypto";
CREATE SCHEMA IF NOT EXISTS "app";
CREATE TYPE "mood" AS ENUM ($pga$sad$pga$, $pga$ok$pga$);
CREATE TABLE "orgs" (
  "id" uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  "name" varchar(80) UNIQUE NOT NULL,
  "active" boolean DEFAULT true NOT NULL,
  "created_at" timestamptz DEFAULT now() NOT NULL
);
CREATE TABLE "app"."users" (
  "id" serial PRIMARY KEY,
  "org_id" uuid NOT NULL REFERENCES "orgs" ON DELETE CASCADE,
  "boss_id" integer REFERENCES "app"."users" ON DELETE SET NULL,
  "email" text,
  "mood" mood DEFAULT $pga$ok$pga$,
  "score" integer CHECK (score > 0),
  CONSTRAINT "users_uniq_org_id_email" UNIQUE ("org_id", "email")
);
CREATE INDEX "users_org_id_mood_index" ON "app"."users" ("org_id", "mood");
CREATE UNIQUE INDEX "orgs_active_name" ON "orgs" ("name") WHERE active;
CREATE INDEX "orgs_created_at_index" ON "orgs" USING brin ("created_at");
ALTER TABLE "orgs"
  ADD "plan" text DEFAULT $pga$free$pga$,
  ADD "seats" integer;
ALTER TABLE "orgs"
  ALTER "plan" DROP DEFAULT,
  ALTER "plan" SET NOT NULL;
ALTER TABLE "orgs"
  ALTER "seats" SET DATA TYPE bigint USING seats::bigint;
ALTER TABLE "orgs"
  ADD CONSTRAINT "orgs_seats_check" CHECK (seats < 10);
ALTER TABLE "orgs"
  ADD CONSTRAINT "orgs_plan_name" UNIQUE ("plan", "name");
ALTER TABLE "orgs" RENAME "plan" TO "tier";
ALTER TABLE "orgs"
    ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own" ON "orgs" FOR SELECT TO PUBLIC USING (id = current_setting('app.org')::uuid);
CREATE OR REPLACE FUNCTION "touch"()
  RETURNS trigger
  AS $pga$begin return new; end$pga$
  VOLATILE
  LANGUAGE plpgsql;
CREATE TRIGGER "touched"
  BEFORE INSERT OR UPDATE ON "orgs"
  FOR EACH ROW
  EXECUTE PROCEDURE "touch"();
CREATE VIEW "names" AS select name from orgs;
alter table "orgs" force row level security;
comment on table orgs is 'x';
ALTER TABLE "orgs"
  DROP IF EXISTS "seats";
DROP INDEX "orgs_created_at_index";

