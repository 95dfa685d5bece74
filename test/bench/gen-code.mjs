// Writes a product of many TypeScript files: features of five files each, with a route, a service, a guard in another
// feature, helpers, and a component of the browser. The same number gives the same files.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SCHEMA = `datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model Org {
  id       String    @id
  projects Project[]
  members  Member[]
}
model Member {
  id     String @id
  orgId  String
  userId String
  org    Org    @relation(fields: [orgId], references: [id])
  @@unique([orgId, userId])
}
model Project {
  id    String @id
  name  String
  orgId String
  org   Org    @relation(fields: [orgId], references: [id])
  @@index([orgId])
}
`;
const SESSION = `import { getServerSession } from 'next-auth';
export async function caller() {
  const session = await getServerSession();
  if (!session) throw new Error('unauthorized');
  return session.user;
}
`;
const steps = Array.from({ length: 20 }, (_, i) => `  const step${i} = compute(${i}, input.value${i} ?? '${i}');\n  if (step${i} > limit) console.log('over', step${i});`).join('\n');

/** Returns the paths of the code. */
export function generate(dir, features) {
  const written = [];
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
    if (/\.tsx?$/.test(file)) written.push(path.join(dir, file));
  };
  write('package.json', '{ "name": "product", "dependencies": { "@prisma/client": "6.2.0", "next": "15.1.0", "next-auth": "4.24.0" } }');
  write('prisma/schema.prisma', SCHEMA);
  write('src/db.ts', `import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n`);
  write('src/session.ts', SESSION);
  for (let i = 0; i < features; i++) {
    const own = `src/features/f${i}`;
    write(`${own}/util.ts`, `export const limit = 10;\nexport function compute(a: number, b: string) { return a + b.length; }\nexport function clean(input: any) {\n${steps}\n  return { ...input, limit };\n}\n`);
    write(`${own}/guard.ts`, `export function check(row: any, orgId: string) { if (!row || row.orgId !== orgId) throw new Error('not found'); }\n`);
    write(`${own}/service.ts`, `import { prisma } from '../../db';
import { clean } from './util';
import { check } from '../f${(i * 7 + 1) % features}/guard';
export async function list(orgId: string, page: number) { return prisma.project.findMany({ where: { orgId }, take: 20, skip: page * 20 }); }
export async function one(orgId: string, id: string) { const row = await prisma.project.findUnique({ where: { id } }); check(row, orgId); return row; }
export async function save(orgId: string, id: string, input: any) { const data = clean(input); await one(orgId, id); return prisma.project.update({ where: { id }, data: { name: data.name } }); }
export async function remove(id: string) { return prisma.project.delete({ where: { id } }); }
`);
    write(`${own}/view.tsx`, `import { useState } from 'react';
import { limit, clean } from './util';
export function View(props: { rows: any[] }) {
  const [open, setOpen] = useState(false);
  return <div>{props.rows.slice(0, limit).map((r) => <p key={r.id} onClick={() => setOpen(!open)}>{clean(r).name}</p>)}</div>;
}
`);
    write(`app/api/f${i}/[id]/route.ts`, `import { caller } from '../../../../src/session';
import { list, one, save, remove } from '../../../../${own}/service';
export async function GET(req: Request, { params }) { const me = await caller(); return Response.json(params.id === 'all' ? await list(me.orgId, 0) : await one(me.orgId, params.id)); }
export async function PATCH(req: Request, { params }) { const me = await caller(); return Response.json(await save(me.orgId, params.id, await req.json())); }
export async function DELETE(req: Request, { params }) { const me = await caller(); await one(me.orgId, params.id); await remove(params.id); return new Response(); }
`);
  }
  return written;
}
