import { list, literal, object, type AbstractValue, type ClientContext, type Condition, type Query, type SiteVerb, type Written } from '@tenantlint/model';
import { ALWAYS, among, compare } from './operators.ts';
import { computed, replied } from './result.ts';
import { calledAt, handle, ID, type Service } from './state.ts';

/** What a method does to objects, and which argument says to which. */
interface Access {
  readonly verb: SiteVerb;
  readonly path: number;
}

const ACCESS: Readonly<Record<string, readonly Access[]>> = {
  download: [{ verb: 'select', path: 0 }],
  info: [{ verb: 'select', path: 0 }],
  exists: [{ verb: 'select', path: 0 }],
  list: [{ verb: 'select', path: 0 }],
  createSignedUrl: [{ verb: 'select', path: 0 }],
  createSignedUrls: [{ verb: 'select', path: 0 }],
  update: [{ verb: 'update', path: 0 }],
  remove: [{ verb: 'delete', path: 0 }],
  upload: [{ verb: 'insert', path: 0 }],
  createSignedUploadUrl: [{ verb: 'insert', path: 0 }],
  move: [{ verb: 'update', path: 0 }, { verb: 'insert', path: 1 }],
  copy: [{ verb: 'select', path: 0 }, { verb: 'insert', path: 1 }],
};
/** Arguments that hold `{ upsert: true }`. */
const OPTIONS: Readonly<Record<string, number>> = { upload: 2, createSignedUploadUrl: 1 };

/** Objects are rows of storage.objects, asked for by bucket and path; what comes back is made of these. */
export function storage(of: Service, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const { at } = context;
  if (name === 'from') return handle({ ...of, path: ['storage', 'bucket'], of: args[0] }, at);
  for (const access of of.path.length > 1 && Object.hasOwn(ACCESS, name) ? (ACCESS[name] ?? []) : []) context.run(query(of, name, access, args, context));
  const data = computed(`storage.${name}`, at, of.of ? [of.of, ...args] : args);
  switch (name) {
    case 'getPublicUrl': return object({ data: object({ publicUrl: data }, at) }, at);
    case 'list': case 'listBuckets': case 'createSignedUrls': case 'remove': return replied(list(data, at), at);
    case 'createSignedUrl': case 'createSignedUploadUrl': return replied(object({ signedUrl: data, path: data, token: data }, at), at);
    case 'upload': case 'update': case 'uploadToSignedUrl': return replied(object({ path: data, fullPath: data, id: data }, at), at);
    case 'setHeader': return handle(of, at);
    default: return replied(data, at);
  }
}

function query(of: Service, name: string, { verb, path }: Access, args: readonly AbstractValue[], context: ClientContext): Query {
  const at = calledAt(context);
  const named = args[path];
  const bucket = of.of;
  const replaces = verb === 'insert' && replacing(name, args, context);
  const fields = [{ field: 'bucket_id', value: bucket }, { field: 'name', value: named }].flatMap(({ field, value }) => (value && value.kind !== 'undefined' ? [{ field, value }] : []));
  const row: Written = { entries: fields.map((one) => ({ kind: 'field', ...one, at: one.value.at })), at };
  const several = name === 'remove' || name === 'createSignedUrls';
  const condition: Condition = { kind: 'all', of: fields.map(({ field, value }) => (several && field === 'name' ? among(field, value, value.at) : compare(field, '=', value, value.at))) };
  return {
    client: ID,
    clientKind: of.client.kind,
    table: { kind: 'table', name: 'objects', schema: 'storage' },
    verb: replaces ? 'upsert' : verb,
    operation: name,
    at,
    condition: verb === 'insert' && !replaces ? ALWAYS : condition,
    inserts: verb === 'insert' ? [row] : [],
    changes: [],
    includes: [],
    result: 'void',
    selects: ['name'],
    orders: [],
    limited: true,
    transaction: false,
  };
}

function replacing(name: string, args: readonly AbstractValue[], context: ClientContext): boolean {
  const options = args[OPTIONS[name] ?? args.length];
  const value = options?.kind === 'object' ? context.property(options, 'upsert') : literal(false, context.at);
  return value.kind === 'literal' && value.value === true;
}
