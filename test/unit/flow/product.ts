import { inferTenancy, prove, replay, ADMIN_ROLES } from '@tenantlint/engine';
import { analyse, mayEnter } from '@tenantlint/engine/flow';
import type { Environment, QuerySite } from '@tenantlint/model';
import { readPrisma } from '@tenantlint/readers/prisma';
import { createSqlParser } from '@tenantlint/readers/sql';
import { glanceAt, lowerFile, readProgram } from '@tenantlint/readers/typescript';
import { clients } from '@tenantlint/readers/typescript/clients';

/** A small product: organizations, their members, and what belongs to them directly or through a parent. */
export const SCHEMA = `
datasource db {
  provider = "postgresql"
}

model Organization {
  id        String     @id @default(uuid())
  name      String
  slug      String     @unique
  members   Member[]
  projects  Project[]
  invoices  Invoice[]
  customers Customer[]
}

model User {
  id          String   @id @default(uuid())
  email       String   @unique
  memberships Member[]
}

model Member {
  id     String       @id @default(uuid())
  role   String
  orgId  String
  userId String
  org    Organization @relation(fields: [orgId], references: [id])
  user   User         @relation(fields: [userId], references: [id])

  @@unique([orgId, userId])
}

model Project {
  id        String       @id @default(uuid())
  name      String
  slug      String
  isPublic  Boolean      @default(false)
  orgId     String
  org       Organization @relation(fields: [orgId], references: [id])
  documents Document[]
  tasks     Task[]

  @@unique([orgId, slug])
  @@index([orgId])
}

model Document {
  id        String    @id @default(uuid())
  title     String
  projectId String
  project   Project   @relation(fields: [projectId], references: [id])
  versions  Version[]

  @@index([projectId])
}

model Version {
  id         String   @id @default(uuid())
  number     Int
  documentId String
  document   Document @relation(fields: [documentId], references: [id])
}

model Task {
  id        String  @id @default(uuid())
  title     String
  done      Boolean
  projectId String
  project   Project @relation(fields: [projectId], references: [id])
}

model Invoice {
  id         String       @id @default(uuid())
  amount     Int
  status     String
  orgId      String
  org        Organization @relation(fields: [orgId], references: [id])
  customerId String?
  customer   Customer?    @relation(fields: [customerId], references: [id])

  @@index([orgId])
}

model Customer {
  id       String       @id @default(uuid())
  email    String
  orgId    String
  org      Organization @relation(fields: [orgId], references: [id])
  invoices Invoice[]

  @@unique([orgId, email])
}

model Currency {
  code String @id
  name String
}
`;

const sql = createSqlParser();
const OWN: Environment = { kind: 'own-connection', untrusted: [], exposed: [], connectsAs: 'owner', why: [] };

export interface Product {
  readonly files: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly packages?: Readonly<Record<string, string>>;
}

const schemas = new Map<string, ReturnType<typeof database>>();

function database(schema: string) {
  const [read] = readPrisma([{ path: 'schema.prisma', text: schema }], (text, at) => sql.expression(text, at, false));
  if (!read) throw new Error('no schema');
  const timeline = replay([read.history], sql);
  return { models: read.models, schema: timeline.last, tenancy: inferTenancy(timeline.last, [read.models]) };
}

export function analyseProduct({ files, schema = SCHEMA, packages = {} }: Product): readonly QuerySite[] {
  const known = schemas.get(schema) ?? database(schema);
  schemas.set(schema, known);
  const program = readProgram({
    files: new Set(Object.keys(files)),
    configs: new Map(),
    text: (path) => files[path],
    lower: lowerFile,
    glance: (path) => glanceAt(path, files[path] ?? '', { mayEnter, clients: /prisma|supabase/, hints: /prisma|supabase|db/ }),
    packages: new Map(Object.entries({ '@prisma/client': '6.2.0', ...packages })),
  });
  return analyse(program, { ...known, environment: OWN, adapters: clients, prove, sql, adminRoles: new Set(ADMIN_ROLES) });
}

/** Session of the signed-in caller with its tenant, as an authentication library gives it. */
export const SESSION = `import { PrismaClient } from '@prisma/client';
import { getServerSession } from 'next-auth';
const prisma = new PrismaClient();
async function caller() { const session = await getServerSession(); if (!session) throw new Error('unauthorized'); return { orgId: session.user.orgId, userId: session.user.id }; }
`;

/** The sites of one route handler, as \`operation verdict defect\`; \`orgId\` and \`userId\` are the caller's. */
export function inRoute(body: string, options: { readonly top?: string; readonly schema?: string } = {}): readonly QuerySite[] {
  const text = `${SESSION}${options.top ?? ''}
export async function POST(req: Request, { params }: { params: { id: string; docId: string } }) {
  const { orgId, userId } = await caller();
  const body = await req.json();
  ${body}
}`;
  return analyseProduct({ files: { 'app/api/x/route.ts': text }, ...(options.schema === undefined ? {} : { schema: options.schema }) });
}

export const brief = (sites: readonly QuerySite[]): string[] => sites.map((s) => `${s.model ?? s.table ?? '?'}.${s.operation} ${s.verdict}${s.defect ? ` ${s.defect.kind}` : ''}`);
