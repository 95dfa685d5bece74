import { constantText, nothing, object, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { keyOf } from '../../values/key.ts';
import { continuation, currentRequest } from '../chain.ts';
import { input, response } from '../entry.ts';
import type { Decoration } from './decorators.ts';

/** What guards, interceptors and parameter decorators are handed: the request, however they ask for it. */
export function executionContext(f: Flow, at: Span): AbstractValue {
  const gives = (value: () => AbstractValue): AbstractValue => continuation(f, value, at);
  const http = (): AbstractValue => object({ getRequest: gives(() => currentRequest(f, at)), getResponse: gives(() => response(at)), getNext: gives(() => nothing(at)) }, at);
  const rpc = (): AbstractValue => object({ getData: gives(() => input('payload', [], at)), getClient: gives(() => currentRequest(f, at)), getContext: gives(() => nothing(at)) }, at);
  return object({
    switchToHttp: gives(http), switchToRpc: gives(rpc), switchToWs: gives(rpc),
    getArgByIndex: continuation(f, ([index]) => (index?.kind === 'literal' && index.value === 0 ? currentRequest(f, at) : response(at)), at),
    getArgs: gives(() => ({ kind: 'array', items: [currentRequest(f, at), response(at)].map((value) => ({ value, spread: false })), at })),
    getHandler: gives(() => TARGET(at)), getClass: gives(() => TARGET(at)),
    // What `GqlExecutionContext.create(context)` gives is asked for these.
    getContext: gives(() => object({ req: currentRequest(f, at), request: currentRequest(f, at), res: response(at) }, at)),
    getInfo: gives(() => nothing(at)), getRoot: gives(() => nothing(at)),
  }, at);
}

const TARGET = (at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'global', name: 'handler' }, path: [], at });

/** The guard as the container makes it; its `Reflector` reads what is written above this handler. */
export function withReflector(f: Flow, guard: ValueOf<'instance'>, metadata: readonly Decoration[], at: Span): ValueOf<'instance'> {
  const ctor = guard.class.methods.find((m) => m.kind === 'constructor');
  const fields = (ctor?.fn.params ?? []).flatMap((param) => {
    if (param.field === undefined || param.type?.kind !== 'ref' || param.type.name !== 'Reflector') return [];
    const read = continuation(f, ([key]) => (key ? metadataOf(metadata, key, at) : nothing(at)), at);
    const value = object({ get: read, getAll: read, getAllAndOverride: read, getAllAndMerge: read }, at);
    return [{ kind: 'property', name: param.field, nameAt: at, value } as const];
  });
  return fields.length === 0 ? guard : { ...guard, fields: [...guard.fields, ...fields] };
}

function metadataOf(metadata: readonly Decoration[], key: AbstractValue, at: Span): AbstractValue {
  const wanted = constantText(key) ?? keyOf(key);
  for (const one of metadata) {
    if (one.name === 'SetMetadata') {
      const [name, value] = one.args;
      if (name && (constantText(name) ?? keyOf(name)) === wanted) return value ?? nothing(at);
    } else if (one.name === 'Reflector.createDecorator()' && one.value.kind === 'symbol' && one.value.origin.kind === 'call' && keyOf(one.value.origin.callee) === wanted) {
      return one.args.at(-1) ?? nothing(at);
    }
  }
  return nothing(at);
}
