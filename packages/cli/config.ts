import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator, type OutputUnit } from '@cfworker/json-schema';
import { findNodeAtLocation, parseTree, getNodeValue, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Preset, TenancyConfig } from '@tenantlint/engine';
import { LineIndex, type Environment, type Severity } from '@tenantlint/model';
import schema from './schema/config.schema.json' with { type: 'json' };
import { UsageError } from './args.ts';
import type { Base } from './workspace.ts';

export const CONFIG_FILE = 'tenantlint.config.jsonc';

/** `tenantlint.config.jsonc`. Plain data: nothing of the linted repository is run. */
export interface Config {
  readonly preset?: Preset;
  readonly failOn?: Severity;
  readonly ignore?: readonly string[];
  readonly rules?: Readonly<Record<string, 'off' | Severity>>;
  readonly tenancy?: TenancyConfig;
  readonly environment?: { readonly kind?: Environment['kind']; readonly connectsAs?: Exclude<Environment['connectsAs'], 'unknown'>; readonly untrusted?: readonly string[]; readonly exposed?: readonly string[] };
  readonly code?: { readonly system?: readonly string[] };
  readonly migrations?: { readonly downs?: 'required' | 'forward-only'; readonly reason?: string; readonly postgres?: number };
}

/**
 * The configuration of a run: the named file, or the nearest one at or above the first path and not above the base.
 * Globs in it are relative to its folder.
 * @throws UsageError naming file and line, for what cannot be read or is not allowed
 */
export function configOf({ dir, paths: [first = '.'] }: Base, named: string | undefined, ruleIds: ReadonlySet<string>): Config {
  const file = named ?? nearest(dir, first);
  if (file === undefined) return {};
  const shown = path.relative(dir, file);
  const config = loadConfig(file, shown.startsWith('..') ? file : shown, ruleIds);
  const folder = path.relative(dir, path.dirname(file)).split(path.sep).join('/');
  if (folder === '' || folder.startsWith('..')) return config;
  const below = (globs: readonly string[]) => globs.map(g => (g.startsWith('!') ? `!${folder}/${g.slice(1)}` : `${folder}/${g}`));
  return {
    ...config,
    ...(config.ignore ? { ignore: below(config.ignore) } : {}),
    ...(config.code?.system ? { code: { ...config.code, system: below(config.code.system) } } : {}),
  };
}

function nearest(base: string, from: string): string | undefined {
  for (let dir = path.resolve(base, from); ; dir = path.dirname(dir)) {
    const file = path.join(dir, CONFIG_FILE);
    if (existsSync(file)) return file;
    if (dir === base || dir === path.dirname(dir)) return undefined;
  }
}

function loadConfig(file: string, shown: string, ruleIds: ReadonlySet<string>): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${shown}: cannot be read`);
  }
  return readConfig(text, shown, ruleIds);
}

export function readConfig(text: string, shown: string, ruleIds: ReadonlySet<string>): Config {
  const index = new LineIndex(text);
  const fail = (offset: number, reason: string): never => {
    const { line, column } = index.position(offset);
    throw new UsageError(`${shown}:${line}:${column}: ${reason}`);
  };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [broken] = errors;
  if (broken) return fail(broken.offset, printParseErrorCode(broken.error).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());
  if (!tree) return {};
  const value: unknown = getNodeValue(tree);
  // The checker reports every level up to the root; the deepest place says what is wrong.
  const result = new Validator(schema as object, '2020-12', false).validate(value);
  const worst = [...result.errors].sort((a, b) => depth(b) - depth(a))[0];
  if (!result.valid && worst) {
    const node = nodeAt(tree, worst.instanceLocation);
    return fail((worst.keyword === 'false' ? nameOf(node) : node)?.offset ?? 0, sentence(worst));
  }
  const config = value as Config;
  for (const id of Object.keys(config.rules ?? {})) if (!ruleIds.has(id)) fail(nameOf(findNodeAtLocation(tree, ['rules', id]))?.offset ?? 0, `there is no rule ${id}`);
  return config;
}

/** The name of the property whose value this is. */
function nameOf(node: Node | undefined): Node | undefined {
  return node?.parent?.type === 'property' ? node.parent.children?.[0] : node;
}

function depth(unit: OutputUnit): number {
  return unit.instanceLocation.split('/').length;
}

function nodeAt(tree: Node, pointer: string): Node | undefined {
  const keys = pointer.split('/').slice(1).map(k => decodeURIComponent(k).replace(/~1/g, '/').replace(/~0/g, '~'));
  return findNodeAtLocation(tree, keys.map(k => (/^\d+$/.test(k) ? Number(k) : k)));
}

function sentence({ error, keyword, instanceLocation }: OutputUnit): string {
  const where = instanceLocation.replace(/^#\/?/, '').replace(/\//g, '.');
  if (keyword === 'false') return `there is no setting ${where}`;
  return `${where === '' ? '' : `${where}: `}${error.replace(/^Instance /, 'this ').replace(/\.$/, '')}`;
}
