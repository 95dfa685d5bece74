import { literal, object, type AbstractValue, type ClientContext, type Span } from '@tenantlint/model';
import { computed, errorAt, replied } from './result.ts';
import { handle, type Connection, type Service } from './state.ts';
import { storage } from './storage.ts';

const SERVICES = new Set(['auth', 'storage', 'functions', 'realtime']);
/** Methods of the client itself that belong to realtime. */
const CHANNELS = new Set(['channel', 'removeChannel', 'removeAllChannels', 'getChannels']);

export function serviceOf(client: Connection, name: string, at: Span): AbstractValue | undefined {
  if (CHANNELS.has(name)) return handle({ is: 'method', of: { is: 'service', client, path: ['realtime'], of: undefined }, name }, at);
  return SERVICES.has(name) ? handle({ is: 'service', client, path: [name], of: undefined }, at) : undefined;
}

/** Parts of a service, and its methods. */
export function serviceMember(of: Service, name: string, at: Span): AbstractValue {
  const [service] = of.path;
  if (service === 'auth' && (name === 'admin' || name === 'mfa' || name === 'passkey' || name === 'oauth')) return handle({ ...of, path: [...of.path, name] }, at);
  return handle({ is: 'method', of, name }, at);
}

export function serviceCall(of: Service, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const [service, part] = of.path;
  switch (service) {
    case 'auth': return part === undefined ? auth(name, args, context.at) : administered(part, name, args, context.at);
    case 'storage': return storage(of, name, args, context);
    case 'functions': return replied(computed(`functions.${name}`, context.at, args), context.at);
    default: return name === 'removeChannel' || name === 'removeAllChannels' ? { kind: 'undefined', at: context.at } : handle({ ...of, path: ['realtime', 'channel'] }, context.at);
  }
}

/** The signed-in caller, as the service itself or the verified token says. */
export function identity(path: readonly string[], at: Span): AbstractValue {
  return { kind: 'symbol', origin: { kind: 'identity', library: '@supabase/supabase-js' }, path, at };
}

/** Methods after which the caller is who the answer says. */
const SIGNED_IN = new Set(['signInWithPassword', 'signInWithIdToken', 'signInAnonymously', 'signInWithWeb3', 'verifyOtp', 'exchangeCodeForSession', 'refreshSession', 'setSession', 'signUp', 'updateUser', 'reauthenticate']);

function auth(name: string, args: readonly AbstractValue[], at: Span): AbstractValue {
  const user = identity(['user'], at);
  const nobody = literal(null, at);
  const told = (data: Readonly<Record<string, AbstractValue>>, absent: Readonly<Record<string, AbstractValue>>): AbstractValue => {
    const [who] = Object.values(data);
    return replied(object(data, at), at, object(absent, at), who ? [{ kind: 'defined', of: who, at }] : []);
  };
  switch (name) {
    case 'getUser': return told({ user }, { user: nobody });
    case 'getClaims': return told({ claims: identity(['claims'], at) }, { claims: nobody });
    case 'getSession': {
      const session = identity([], at);
      return { kind: 'union', of: [
        { value: object({ data: object({ session }, at), error: literal(null, at) }, at), truths: [{ kind: 'defined', of: session, at }] },
        { value: object({ data: object({ session: nobody }, at), error: literal(null, at) }, at), truths: [] },
        { value: object({ data: object({ session: nobody }, at), error: errorAt(at) }, at), truths: [] },
      ], at };
    }
    default: return SIGNED_IN.has(name) ? told({ user, session: identity([], at) }, { user: nobody, session: nobody }) : replied(computed(`auth.${name}`, at, args), at);
  }
}

/** What the service key can ask of auth: users of whatever tenant, told by what was asked. */
function administered(part: string, name: string, args: readonly AbstractValue[], at: Span): AbstractValue {
  const data: AbstractValue = { kind: 'symbol', origin: { kind: 'computed', op: `auth.${part}.${name}`, of: args }, path: [], at };
  return replied(data, at, object({ user: literal(null, at), users: { kind: 'array', items: [], at } }, at));
}
