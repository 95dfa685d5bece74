import { expect, test } from 'vitest';
import { brief, inRoute, SCHEMA } from './product.ts';

/** Notes are a user's; their links hang off them and are opened by a token. */
const NOTES = `${SCHEMA.replace('memberships Member[]', 'memberships Member[]\n  notes Note[]\n  sessions Login[]')}
model Note {
  id     String @id @default(uuid())
  userId String
  body   String
  user   User   @relation(fields: [userId], references: [id])
  links  Link[]
}
model Link {
  id     String @id @default(uuid())
  token  String @unique
  noteId String
  note   Note   @relation(fields: [noteId], references: [id])
}
model Login {
  id     String @id @default(uuid())
  token  String @unique
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
`;

const sites = (body: string) => brief(inRoute(body, { schema: NOTES }));

test('whoever presents a session\'s token is its user', () => {
  expect(sites(`const login = await prisma.login.findUnique({ where: { token: body.token } }); return Response.json(await prisma.note.findMany({ where: { userId: login!.userId } }));`)).toEqual(['Login.findUnique by-design', 'Note.findMany scoped']);
});

test('the key by which a row hangs off a user\'s row is no user\'s id', () => {
  expect(sites(`const link = await prisma.link.findUnique({ where: { token: body.token } }); return Response.json(await prisma.note.findMany({ where: { userId: link!.noteId } }));`)).toEqual(['Link.findUnique by-design', 'Note.findMany by-design']);
});
