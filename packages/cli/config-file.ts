import { Validator, type OutputUnit } from '@cfworker/json-schema';
import { findNodeAtLocation, parseTree, getNodeValue, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Preset, TenancyConfig } from '@tenantlint/engine';
import { LineIndex, type Environment, type Severity } from '@tenantlint/model';
import schema from './schema/config.schema.json' with { type: 'json' };
import { UsageError } from './usage-error.ts';

/** `tenantlint.config.jsonc`. Plain data: nothing of the linted repository is run. */
export interface Config {
  readonly preset?: Preset;
  readonly failOn?: Severity;
  readonly ignore?: readonly string[];
  readonly rules?: Readonly<Record<string, 'off' | Severity>>;
  readonly tenancy?: TenancyConfig;
  readonly environment?: { readonly kind?: Environment['kind']; readonly connectsAs?: Exclude<Environment['connectsAs'], 'unknown'>; readonly untrusted?: readonly string[]; readonly exposed?: readonly string[] };
  readonly code?: { readonly system?: readonly string[] };
  readonly migrations?: { readonly downs?: 'required' | 'forward-only'; readonly reason?: string; readonly postgres?: number; readonly pending?: 'all' };
}

/** @throws UsageError naming file, line and column of what is not allowed */
export function readConfig(text: string, shown: string, ruleIds: ReadonlySet<string>): Config {
  const index = new LineIndex(text);
  const fail = (offset: number, reason: string): never => {
    const { line, column } = index.position(offset);
    throw new UsageError(`${shown}:${line}:${column}: ${reason}`);
  };
  const errors: ParseError[] = [];
  const tree = parsed(text, errors) ?? fail(0, 'this is nested too deeply');
  const [broken] = errors;
  if (broken) return fail(broken.offset, printParseErrorCode(broken.error).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());
  if (tree === 'empty') return {};
  const value: unknown = getNodeValue(tree);
  // The checker reports every level up to the root; the deepest place says what is wrong.
  const result = new Validator(schema as object, '2020-12', false).validate(value);
  const worst = result.errors.filter((e) => e.keyword !== 'if' && e.keyword !== 'then').sort((a, b) => depth(b) - depth(a))[0] ?? result.errors[0];
  if (!result.valid && worst) {
    const node = nodeAt(tree, worst.instanceLocation);
    return fail((worst.keyword === 'false' ? nameOf(node) : node)?.offset ?? 0, sentence(worst));
  }
  const config = value as Config;
  for (const id of Object.keys(config.rules ?? {})) if (!ruleIds.has(id)) fail(nameOf(findNodeAtLocation(tree, ['rules', id]))?.offset ?? 0, `there is no rule ${id}`);
  return config;
}

/** Undefined where it is nested deeper than can be read. */
function parsed(text: string, errors: ParseError[]): Node | 'empty' | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true }) ?? 'empty';
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
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
