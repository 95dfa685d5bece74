import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { SchemaFiles } from './prisma-schemas.ts';

const require = createRequire(import.meta.url);

/** The part of Prisma's schema engine that is used here; its own types need a DOM library. */
interface EngineModule {
  __wbg_set_wasm(exports: object): void;
  readonly SchemaEngine: {
    new: (options: object, log: (line: string) => void, adapters: object) => Promise<{ diff(params: object): Promise<{ stdout: string | null }> }>;
  };
}

declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let loading: Promise<EngineModule> | undefined;

async function load(): Promise<EngineModule> {
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg' as string)) as EngineModule;
  const wasm = require.resolve('@prisma/schema-engine-wasm').replace(/[^/\\]+$/, 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

/**
 * The script by which Prisma Migrate would create a schema in an empty Postgres. The engine asks
 * its database once, for its version; it gets the answer of a Postgres 16 that has the schema `public`.
 */
export async function createScript(files: SchemaFiles): Promise<string> {
  const { SchemaEngine } = await (loading ??= load());
  const answer = (value: unknown) => ({ ok: true, value });
  const registry = { consumeError: () => undefined };
  const connection = {
    provider: 'postgres',
    adapterName: 'none',
    errorRegistry: registry,
    getConnectionInfo: () => answer({ schemaName: 'public', supportsRelationJoins: true }),
    queryRaw: async () => answer({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [5, 7, 0],
      rows: [[true, 'PostgreSQL 16.0', 160000]],
    }),
    executeRaw: async () => answer(0),
    executeScript: async () => answer(undefined),
    dispose: async () => answer(undefined),
  };
  const connect = async () => answer(connection);
  const factory = { provider: 'postgres', adapterName: 'none', errorRegistry: registry, connect, connectToShadowDb: connect };
  const datamodels = files.map(([path, text]) => [path, text]);
  const engine = await SchemaEngine.new({ datamodels }, () => undefined, factory);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: files.map(([path, content]) => ({ path, content })) },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? '';
}
