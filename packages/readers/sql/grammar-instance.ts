import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

/** What the parser said, before any of it is read: the tree as JSON text, or an error by code point (0-based). */
export type RawResult =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly message: string; readonly codePoint: number };

/** One instance of the Postgres parser. An exception from it means that it must not be used again. */
export interface Parser {
  parse(sql: string): RawResult;
  parsePlpgsql(sql: string): RawResult;
  memoryBytes(): number;
}

/** The part of the vendor's module that is used here. */
interface Glue {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(sql: number): number;
  _wasm_free_parse_result(result: number): void;
  _wasm_parse_plpgsql(sql: number): number;
  _wasm_free_string(text: number): void;
}

// Typed by the DOM library only, of which nothing else is wanted here.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

let start: (() => Parser) | undefined;

/** A fresh parser; the first one compiles the module, further ones take a few milliseconds. */
export function startParser(): Parser {
  if (start !== undefined) return start();
  const load = createLoader();
  const parser = load();
  selfTest(parser);
  start = load;
  return parser;
}

/**
 * The vendor's glue only loads asynchronously. Its promises depend on nothing outside it, so in a context
 * with its own microtask queue they are all settled when `runInContext` returns. The context has neither
 * `process` nor `require`: the glue can then set no exit code, print nothing, and open no file.
 */
function createLoader(): () => Parser {
  const require = createRequire(import.meta.url);
  const directory = path.dirname(require.resolve('libpg-query/wasm/libpg-query.wasm'));
  const wasm = new WebAssembly.Module(fs.readFileSync(path.join(directory, 'libpg-query.wasm')));
  const gluePath = path.join(directory, 'libpg-query.js');
  const slot: { options?: unknown; module?: Glue; error?: unknown } = {};
  const context = vm.createContext({ slot, TextDecoder }, { microtaskMode: 'afterEvaluate' });
  new vm.Script(fs.readFileSync(gluePath, 'utf8'), { filename: gluePath }).runInContext(context);
  const begin = new vm.Script(
    'PgQueryModule(slot.options).then((module) => { slot.module = module; }, (error) => { slot.error = error; })',
  );

  return () => {
    slot.options = {
      print: () => {},
      printErr: () => {},
      instantiateWasm: (imports: object, receive: (instance: object) => void) => {
        const instance = new WebAssembly.Instance(wasm, imports);
        receive(instance);
        return instance.exports;
      },
    };
    begin.runInContext(context);
    const { module, error } = slot;
    delete slot.options;
    delete slot.module;
    delete slot.error;
    if (module === undefined) throw new Error('The Postgres parser could not be started.', { cause: error });
    return new WasmParser(module);
  };
}

/** The loader relies on the shape of the vendor's glue: another version must fail here, not in a finding. */
function selfTest(parser: Parser): void {
  const tree = parser.parse("select 'é'");
  const error = parser.parse('selec 1');
  const works = tree.ok && tree.json.includes('"SelectStmt"') && tree.json.includes('é') && !error.ok;
  if (!works) throw new Error('The Postgres parser failed its self-test: another version of libpg-query is installed.');
}

class WasmParser implements Parser {
  readonly #glue: Glue;
  #memory: Buffer;

  constructor(glue: Glue) {
    this.#glue = glue;
    this.#memory = bufferOf(glue.HEAPU8);
  }

  memoryBytes(): number {
    return this.#glue.HEAPU8.byteLength;
  }

  parse(sql: string): RawResult {
    const input = this.#write(sql);
    const result = this.#glue._wasm_parse_query_raw(input);
    if (result === 0) throw new Error('out of memory');
    const memory = this.#view();
    // struct PgQueryParseResult { char *tree; char *stderr; PgQueryError *error }
    const tree = memory.readUInt32LE(result);
    const error = memory.readUInt32LE(result + 8);
    if (error === 0 && tree === 0) throw new Error('no tree');
    // struct PgQueryError { char *message; char *function; char *file; int line; int cursor (1-based, 0 = none) }
    const raw: RawResult =
      error === 0
        ? { ok: true, json: this.#text(tree) }
        : {
            ok: false,
            message: this.#text(memory.readUInt32LE(error)),
            codePoint: Math.max(0, memory.readInt32LE(error + 16) - 1),
          };
    this.#glue._free(input);
    this.#glue._wasm_free_parse_result(result);
    return raw;
  }

  parsePlpgsql(sql: string): RawResult {
    const input = this.#write(sql);
    const result = this.#glue._wasm_parse_plpgsql(input);
    if (result === 0) throw new Error('out of memory');
    const text = this.#text(result);
    this.#glue._free(input);
    this.#glue._wasm_free_string(result);
    // Success is a JSON object; anything else is the message of an error, without a position.
    return text.startsWith('{') ? { ok: true, json: text } : { ok: false, message: text, codePoint: 0 };
  }

  #write(sql: string): number {
    const room = sql.length * 3 + 1;
    const pointer = this.#glue._malloc(room);
    if (pointer === 0) throw new Error('out of memory');
    const memory = this.#view();
    const written = memory.write(sql, pointer, room - 1, 'utf8');
    memory[pointer + written] = 0;
    return pointer;
  }

  #text(pointer: number): string {
    if (pointer === 0) return '';
    const memory = this.#view();
    return memory.toString('utf8', pointer, memory.indexOf(0, pointer));
  }

  /** Growing the memory detaches the old buffer. */
  #view(): Buffer {
    const heap = this.#glue.HEAPU8;
    if (heap.buffer !== this.#memory.buffer) this.#memory = bufferOf(heap);
    return this.#memory;
  }
}

function bufferOf(heap: Uint8Array): Buffer {
  return Buffer.from(heap.buffer, heap.byteOffset, heap.byteLength);
}
