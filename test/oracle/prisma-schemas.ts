/** Valid schemas that between them use every feature of the language. Each is a list of files. */
export type SchemaFiles = readonly (readonly [path: string, text: string])[];

const postgres = `datasource db {
  provider = "postgresql"
}
`;

const one = (text: string): SchemaFiles => [['schema.prisma', text]];

export const validSchemas: Readonly<Record<string, SchemaFiles>> = {
  'every scalar, optional and list': one(`${postgres}
model Sample {
  id       Int       @id @default(autoincrement())
  text     String
  maybe    String?
  many     String[]
  flag     Boolean   @default(false)
  big      BigInt    @default(9007199254740993)
  ratio    Float     @default(-1.5)
  price    Decimal   @default(12.50)
  at       DateTime  @default(now())
  literal  DateTime  @default("2020-01-02T03:04:05.000Z")
  changed  DateTime  @updatedAt
  data     Json      @default("{\\"a\\": [1, 2]}")
  bytes    Bytes     @default("AQID")
  numbers  Int[]     @default([1, 2, 3])
  names    String[]  @default(["it's", "b"])
  empty    String[]  @default([])
  flags    Boolean[] @default([true, false])
  maybeInt Int?      @default(7)
}
`),

  'generated values': one(`${postgres}
model Generated {
  id      BigInt   @id @default(autoincrement())
  uuid    String   @default(uuid())
  uuid7   String   @default(uuid(7)) @db.Uuid
  cuid    String   @default(cuid())
  cuid2   String   @default(cuid(2))
  nano    String   @default(nanoid())
  nano10  String   @default(nanoid(10))
  ulid    String   @default(ulid())
  db      String   @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  unknown String   @default(dbgenerated())
  seq     Int      @default(autoincrement())
  stamp   DateTime @default(now()) @updatedAt @db.Timestamptz(6)
}
`),

  'native types': one(`${postgres}
model Native {
  id          Int      @id
  smallInt    Int      @db.SmallInt
  integer     Int      @db.Integer
  oid         Int      @db.Oid
  bigInt      BigInt   @db.BigInt
  decimal     Decimal  @db.Decimal
  decimalPS   Decimal  @db.Decimal(10, 2)
  money       Decimal  @db.Money
  inet        String   @db.Inet
  citext      String   @db.Citext
  varChar     String   @db.VarChar
  varCharN    String   @db.VarChar(191)
  char        String   @db.Char
  charN       String   @db.Char(2)
  text        String   @db.Text
  bit         String   @db.Bit
  bitN        String   @db.Bit(4)
  varBit      String   @db.VarBit
  varBitN     String?  @db.VarBit(8)
  uuid        String   @db.Uuid
  xml         String   @db.Xml
  real        Float    @db.Real
  double      Float    @db.DoublePrecision
  byteA       Bytes    @db.ByteA
  timestamp   DateTime @db.Timestamp
  timestampP  DateTime @db.Timestamp(6)
  timestamptz DateTime @db.Timestamptz
  timestampzP DateTime @db.Timestamptz(3)
  date        DateTime @db.Date
  time        DateTime @db.Time
  timeP       DateTime @db.Time(0)
  timetz      DateTime @db.Timetz
  timetzP     DateTime @db.Timetz(2)
  boolean     Boolean  @db.Boolean
  json        Json     @db.Json
  jsonB       Json     @db.JsonB
  uuids       String[] @db.Uuid
  small       Int      @default(autoincrement()) @db.SmallInt
}
`),

  'relations of every shape': one(`${postgres}
model Org {
  id       String    @id @default(uuid()) @db.Uuid
  users    User[]
  settings Settings?
  tags     Tag[]
  projects Project[] @relation("owned")
  watched  Project[] @relation("watched")
}

model User {
  id      Int     @id
  org     Org     @relation(fields: [orgId], references: [id], onDelete: Cascade, onUpdate: NoAction, map: "user_org")
  orgId   String  @db.Uuid
  boss    User?   @relation("boss", fields: [bossId], references: [id], onDelete: SetNull)
  bossId  Int?
  reports User[]  @relation("boss")
  partner   User? @relation(name: "pair", fields: [partnerId], references: [id])
  partnerId Int?  @unique
  partnerOf User? @relation("pair")
  friends   User[] @relation("friends")
  friendOf  User[] @relation("friends")
}

model Settings {
  orgId String @id @db.Uuid
  org   Org    @relation(fields: [orgId], references: [id])
}

model Tag {
  id   Int   @id
  orgs Org[]
}

model Project {
  id        Int    @id
  ownerId   String @db.Uuid
  owner     Org    @relation("owned", fields: ownerId, references: id, onDelete: Restrict)
  watcherId String? @db.Uuid
  watcher   Org?   @relation(fields: [watcherId], references: [id], name: "watched", onDelete: SetDefault)
}
`),

  'compound keys and indexes': one(`${postgres}
model Membership {
  orgId  String
  userId String
  role   String
  slug   String
  data   Json
  tags   String[]
  at     DateTime
  grants Grant[]

  @@id([orgId, userId])
  @@unique([orgId, slug])
  @@unique([orgId, role], name: "orgRole")
  @@unique(fields: [userId, at(sort: Desc)], map: "user_at")
  @@unique([slug])
  @@index([orgId])
  @@index(fields: [orgId, at(sort: Desc)], map: "by_org_at")
  @@index([role], name: "legacy_name")
  @@index([data], type: Gin)
  @@index([data(ops: JsonbPathOps)], type: Gin, map: "data_paths")
  @@index([tags], type: Gin)
  @@index([slug(ops: raw("text_pattern_ops"))])
  @@index([userId], type: Hash)
  @@index([at], type: Brin)
  @@map("memberships")
}

model Grant {
  id     Int        @id(map: "grant_primary")
  orgId  String
  userId String
  member Membership @relation(fields: [orgId, userId], references: [orgId, userId], onDelete: Cascade)
  code   String     @unique(map: "grant_code") @map("grant_code_text")
  desc   String     @unique(sort: Desc)
}

model Named {
  a Int
  b Int
  @@id([a, b], name: "ab", map: "named_key")
}

model TwiceUnique {
  id Int @id @unique
  @@map("TwiceUnique")
}

model SingleBlockKey {
  a Int
  @@id([a])
}
`),

  'operator classes': one(`${postgres}
model Indexed {
  id Int @id
  f0 Int @db.SmallInt
  f1 Int
  f2 BigInt
  f3 Float @db.Real
  f4 Float
  f5 Decimal
  f6 DateTime @db.Date
  f7 DateTime
  f8 DateTime @db.Timestamptz
  f9 DateTime @db.Time
  f10 DateTime @db.Timetz
  f11 String @db.Uuid
  f12 String @db.Inet
  f13 String
  f14 String @db.Char(3)
  f15 Bytes
  f16 String @db.Bit(3)
  f17 String @db.VarBit
  f18 Int @db.Oid
  inet String @db.Inet
  json Json
  tags String[]
  @@index([f0(ops: Int2BloomOps)], type: Brin, map: "Int2BloomOps")
  @@index([f0(ops: Int2MinMaxOps)], type: Brin, map: "Int2MinMaxOps")
  @@index([f0(ops: Int2MinMaxMultiOps)], type: Brin, map: "Int2MinMaxMultiOps")
  @@index([f1(ops: Int4BloomOps)], type: Brin, map: "Int4BloomOps")
  @@index([f1(ops: Int4MinMaxOps)], type: Brin, map: "Int4MinMaxOps")
  @@index([f1(ops: Int4MinMaxMultiOps)], type: Brin, map: "Int4MinMaxMultiOps")
  @@index([f2(ops: Int8BloomOps)], type: Brin, map: "Int8BloomOps")
  @@index([f2(ops: Int8MinMaxOps)], type: Brin, map: "Int8MinMaxOps")
  @@index([f2(ops: Int8MinMaxMultiOps)], type: Brin, map: "Int8MinMaxMultiOps")
  @@index([f3(ops: Float4BloomOps)], type: Brin, map: "Float4BloomOps")
  @@index([f3(ops: Float4MinMaxOps)], type: Brin, map: "Float4MinMaxOps")
  @@index([f3(ops: Float4MinMaxMultiOps)], type: Brin, map: "Float4MinMaxMultiOps")
  @@index([f4(ops: Float8BloomOps)], type: Brin, map: "Float8BloomOps")
  @@index([f4(ops: Float8MinMaxOps)], type: Brin, map: "Float8MinMaxOps")
  @@index([f4(ops: Float8MinMaxMultiOps)], type: Brin, map: "Float8MinMaxMultiOps")
  @@index([f5(ops: NumericBloomOps)], type: Brin, map: "NumericBloomOps")
  @@index([f5(ops: NumericMinMaxOps)], type: Brin, map: "NumericMinMaxOps")
  @@index([f5(ops: NumericMinMaxMultiOps)], type: Brin, map: "NumericMinMaxMultiOps")
  @@index([f6(ops: DateBloomOps)], type: Brin, map: "DateBloomOps")
  @@index([f6(ops: DateMinMaxOps)], type: Brin, map: "DateMinMaxOps")
  @@index([f6(ops: DateMinMaxMultiOps)], type: Brin, map: "DateMinMaxMultiOps")
  @@index([f7(ops: TimestampBloomOps)], type: Brin, map: "TimestampBloomOps")
  @@index([f7(ops: TimestampMinMaxOps)], type: Brin, map: "TimestampMinMaxOps")
  @@index([f7(ops: TimestampMinMaxMultiOps)], type: Brin, map: "TimestampMinMaxMultiOps")
  @@index([f8(ops: TimestampTzBloomOps)], type: Brin, map: "TimestampTzBloomOps")
  @@index([f8(ops: TimestampTzMinMaxOps)], type: Brin, map: "TimestampTzMinMaxOps")
  @@index([f8(ops: TimestampTzMinMaxMultiOps)], type: Brin, map: "TimestampTzMinMaxMultiOps")
  @@index([f9(ops: TimeBloomOps)], type: Brin, map: "TimeBloomOps")
  @@index([f9(ops: TimeMinMaxOps)], type: Brin, map: "TimeMinMaxOps")
  @@index([f9(ops: TimeMinMaxMultiOps)], type: Brin, map: "TimeMinMaxMultiOps")
  @@index([f10(ops: TimeTzBloomOps)], type: Brin, map: "TimeTzBloomOps")
  @@index([f10(ops: TimeTzMinMaxOps)], type: Brin, map: "TimeTzMinMaxOps")
  @@index([f10(ops: TimeTzMinMaxMultiOps)], type: Brin, map: "TimeTzMinMaxMultiOps")
  @@index([f11(ops: UuidBloomOps)], type: Brin, map: "UuidBloomOps")
  @@index([f11(ops: UuidMinMaxOps)], type: Brin, map: "UuidMinMaxOps")
  @@index([f12(ops: InetBloomOps)], type: Brin, map: "InetBloomOps")
  @@index([f12(ops: InetInclusionOps)], type: Brin, map: "InetInclusionOps")
  @@index([f12(ops: InetMinMaxOps)], type: Brin, map: "InetMinMaxOps")
  @@index([f12(ops: InetMinMaxMultiOps)], type: Brin, map: "InetMinMaxMultiOps")
  @@index([f13(ops: TextBloomOps)], type: Brin, map: "TextBloomOps")
  @@index([f13(ops: TextMinMaxOps)], type: Brin, map: "TextMinMaxOps")
  @@index([f14(ops: BpcharBloomOps)], type: Brin, map: "BpcharBloomOps")
  @@index([f14(ops: BpcharMinMaxOps)], type: Brin, map: "BpcharMinMaxOps")
  @@index([f15(ops: ByteaBloomOps)], type: Brin, map: "ByteaBloomOps")
  @@index([f15(ops: ByteaMinMaxOps)], type: Brin, map: "ByteaMinMaxOps")
  @@index([f16(ops: BitMinMaxOps)], type: Brin, map: "BitMinMaxOps")
  @@index([f17(ops: VarBitMinMaxOps)], type: Brin, map: "VarBitMinMaxOps")
  @@index([f18(ops: OidBloomOps)], type: Brin, map: "OidBloomOps")
  @@index([f18(ops: OidMinMaxOps)], type: Brin, map: "OidMinMaxOps")
  @@index([f18(ops: OidMinMaxMultiOps)], type: Brin, map: "OidMinMaxMultiOps")
  @@index([inet(ops: InetOps)], type: Gist)
  @@index([json(ops: JsonbOps)], type: Gin)
  @@index([tags(ops: ArrayOps)], type: Gin)
  @@index([f13(ops: TextOps)], type: SpGist)
}
`),

  'names of the database': one(`${postgres}
model InvoiceLine {
  id        Int      @id @map("line_id")
  tenantId  String   @map("tenant_id")
  status    Status   @default(OPEN)
  statuses  Status[] @default([OPEN, IN_REVIEW])
  invoice   Invoice  @relation(fields: [invoiceId], references: [id])
  invoiceId Int      @map("invoice_id")

  @@unique([tenantId, invoiceId])
  @@index([invoiceId])
  @@map("invoice_lines")
}

model Invoice {
  id    Int           @id
  lines InvoiceLine[]
  @@map("weird name")
}

enum Status {
  OPEN
  IN_REVIEW @map("in review")
  CLOSED    @map("closed") /// kept
  @@map("invoice_status")
}
`),

  'ignored, unsupported and views': one(`generator client {
  provider        = "prisma-client"
  previewFeatures = ["views", "partialIndexes"]
}
${postgres}
view Ledger {
  id     Int     @unique
  amount Decimal
  acct   Account @relation(fields: [acctId], references: [id])
  acctId Int
  @@map("ledger_view")
}

model Account {
  id      Int       @id
  secret  String    @ignore
  vector  Unsupported("tsvector")?
  circle  Unsupported("circle") @default(dbgenerated("'<(10,4),11>'::circle"))
  ledger  Ledger[]
  legacy  Legacy[]  @ignore
  deleted DateTime?
  state   String
  done    Boolean

  @@unique([state], where: { deleted: null })
  @@unique([state, done], where: { deleted: { not: null }, done: true })
  @@index([state], map: "open_states", where: raw("state <> 'closed'"))
}

model Legacy {
  acct   Account @relation(fields: [acctId], references: [id])
  acctId Int
  @@ignore
}
`),

  'several schemas': one(`datasource db {
  provider = "postgresql"
  schemas  = ["auth", "public"]
}
model User {
  id    Int    @id
  role  Role
  posts Post[]
  teams Team[]
  @@schema("auth")
}
model Post {
  id     Int  @id
  author User @relation(fields: [userId], references: [id])
  userId Int
  @@map("posts")
  @@schema("public")
}
model Team {
  id    Int    @id
  users User[]
  @@schema("public")
}
enum Role {
  ADMIN
  USER
  @@schema("auth")
}
`),

  extensions: one(`generator client {
  provider        = "prisma-client"
  previewFeatures = ["postgresqlExtensions"]
}
datasource db {
  provider   = "postgresql"
  schemas    = ["public", "extensions"]
  extensions = [pgcrypto, uuid_ossp(map: "uuid-ossp", schema: "extensions"), vector(version: "0.8.0")]
}
model A {
  id        String @id @default(dbgenerated("extensions.uuid_generate_v4()")) @db.Uuid
  embedding Unsupported("vector(1536)")?
  place     Unsupported("geometry(Point, 4326)")?
  span      Unsupported("interval day to second(3)")?
  many      Unsupported("double precision")[]
  @@schema("public")
}
`),

  'relations without foreign keys': one(`datasource db {
  provider     = "postgresql"
  relationMode = "prisma"
}
model A {
  id Int @id
  b  B[]
}
model B {
  id  Int @id
  aId Int
  a   A   @relation(fields: [aId], references: [id], onDelete: Restrict)
  @@index([aId])
}
`),

  'comments, blanks and odd layout': one(`// leading
/// documentation of the datasource
datasource db { // here too
  provider = "postgresql" // and here
}

/* model Gone {
  id Int @id
} */
/// doc one
/// doc two
model  Odd  { /// trailing
\t/// field doc
\tid\tInt\t@id // id
  a_b Int@unique@map("x")
  opt String ?
  list String []
  d String @default ("}") // }
  e String @default("// no comment")
  f String @default("{ @@map(\\"x\\") }")
  /* before
     the field */
  g Int /* after */
  model Int
  enum String
  type Int
  @@map("odd") // mapped
  } enum After {
  A // a
  /// b
  B

  @@map("after")
}
model Unïcode {
  id Int @id
  名前 String @default("😀 ü") @unique
}
`),

  'windows line ends': one(`${postgres}
model A {
  id Int @id
  b  B[]
}

model B {
  id Int @id
  a  A   @relation(fields: [aId], references: [id])
  aId Int
  @@index([aId])
}
`.replaceAll('\n', '\r\n')),

  'several files': [
    ['schema/b.prisma', 'model B {\n  id Int @id\n  a A @relation(fields: [aId], references: [id])\n  aId Int\n  kind Kind\n}\n'],
    ['schema/a.prisma', 'model A {\n  id Int @id\n  bs B[]\n}\n'],
    ['schema/base.prisma', `generator client {\n  provider = "prisma-client"\n  output = "../generated"\n}\n${postgres}`],
    ['schema/enums/kind.prisma', 'enum Kind {\n  X\n}\n'],
  ],

  'names longer than Postgres allows': one(`${postgres}
model ThisModelHasAnExceptionallyLongNameThatAlmostFillsTheLimit {
  id                                           Int @id
  aFieldWhoseNameIsAlsoMuchLongerThanIsSensible Int
  another                                      Int
  other OtherModelWithAnotherQuiteLongNameThatGoesOnAndOnForEver @relation(fields: [aFieldWhoseNameIsAlsoMuchLongerThanIsSensible], references: [id])
  others OtherModelWithAnotherQuiteLongNameThatGoesOnAndOnForEver[] @relation("manyOfThemWithALongRelationNameOfItsOwnHere")
  @@unique([aFieldWhoseNameIsAlsoMuchLongerThanIsSensible, another])
  @@index([another, aFieldWhoseNameIsAlsoMuchLongerThanIsSensible])
}
model OtherModelWithAnotherQuiteLongNameThatGoesOnAndOnForEver {
  id    Int @id
  back  ThisModelHasAnExceptionallyLongNameThatAlmostFillsTheLimit[]
  backs ThisModelHasAnExceptionallyLongNameThatAlmostFillsTheLimit[] @relation("manyOfThemWithALongRelationNameOfItsOwnHere")
}
`),

  mysql: one(`datasource db {
  provider = "mysql"
}
model Post {
  id    Int    @id @default(autoincrement()) @db.UnsignedInt
  title String @db.VarChar(255)
  body  String @db.LongText
  meta  Json?
  slug  String @unique(length: 100)
  cost  Decimal @default(0) @db.Decimal(8, 2)
  @@unique([title(length: 50, sort: Desc), id])
  @@index([body(length: 20)])
  @@fulltext([title, body], map: "search")
}
`),

  sqlite: one(`datasource db {
  provider = "sqlite"
}
model Note {
  id   Int      @id @default(autoincrement())
  at   DateTime @default(now())
  kind Kind     @default(A)
}
enum Kind {
  A
  B
}
`),

  sqlserver: one(`datasource db {
  provider = "sqlserver"
}
model Row {
  id   Int    @id(clustered: false)
  name String @db.NVarChar(Max) @default("x", map: "df_name")
  code String @unique(map: "uq_code")
  other Int
  @@index([other], clustered: true)
}
`),

  cockroachdb: one(`datasource db {
  provider = "cockroachdb"
}
model Row {
  id   BigInt @id @default(sequence(minValue: 1, start: 10))
  seq  BigInt @default(autoincrement())
  name String @db.String(20)
  tags Json
  @@index([tags], type: Gin)
}
`),

  mongodb: one(`datasource db {
  provider = "mongodb"
}
type Address {
  street String @map("s")
  city   String @default("Bern")
  geo    Geo?
}
type Geo {
  lat Float
  lng Float
}
model Customer {
  id        String    @id @default(auto()) @map("_id") @db.ObjectId
  address   Address
  previous  Address[]
  email     String
  orderIds  String[]  @db.ObjectId
  orders    Order[]   @relation(fields: [orderIds], references: [id])
  @@unique([address.street, email])
  @@index([address.city])
}
model Order {
  id          String     @id @map("_id") @db.ObjectId
  customerIds String[]   @db.ObjectId
  customers   Customer[] @relation(fields: [customerIds], references: [id])
}
`),
};
