import { parseArgs } from 'node:util';
import type { Preset } from '@tenantlint/engine';
import type { Severity } from '@tenantlint/model';
import { reporters, type Format } from '@tenantlint/reporters';
import type { Asked } from './change.ts';
import { UsageError } from './usage-error.ts';

export type Command = 'check' | 'inspect' | 'explain' | 'fix';

export interface Args {
  readonly command: Command;
  /** Paths to lint, or what to inspect or explain. */
  readonly rest: readonly string[];
  readonly format: Format | undefined;
  readonly output: string | undefined;
  readonly preset: Preset | undefined;
  readonly config: string | undefined;
  readonly at: string | undefined;
  readonly failOn: Severity | undefined;
  readonly color: boolean | undefined;
  readonly suppressed: boolean;
  readonly allMigrations: boolean;
  readonly dryRun: boolean;
  readonly unsafe: boolean;
  /** Believe nothing that an earlier run found out. */
  readonly anew: boolean;
  /** Report only what a change brought about. */
  readonly change: Asked | undefined;
}

const COMMANDS: readonly string[] = ['check', 'inspect', 'explain', 'fix'] satisfies Command[];
const PRESETS: readonly string[] = ['recommended', 'strict', 'audit'] satisfies Preset[];
const LEVELS: readonly string[] = ['error', 'warning', 'note'];

export const HELP = `tenantlint: can one tenant reach another tenant's rows?

  tenantlint [check] [paths…]              lint; needs no configuration
  tenantlint inspect [paths…]              the model: tables with tenancy and verdicts, policies, queries, the ledger
  tenantlint explain <rule>                what a rule looks for, and why
  tenantlint explain table <name> [path]   why a table counts as it does
  tenantlint explain <file:line> [path]    what is known about a line
  tenantlint fix [paths…] [--since REF]    mend what can be mended, write the ways back that are missing; never edits an applied migration

  --format pretty|json|sarif|github        default: pretty (inspect: pretty, json)
  --output FILE                            write there instead of standard output
  --preset recommended|strict|audit        recommended: proven and harmful; strict: likely as well; audit: everything
  --fail-on error|warning|note             level that makes the exit code 1 (default: warning)
  --since REF                              only what changed since the branch left REF: lines it wrote, and findings it caused elsewhere
  --staged                                 the same for the content that git has staged
  --config FILE                            instead of the nearest tenantlint.config.jsonc
  --at FILE                                inspect: the state after that migration
  --all-migrations                         judge applied migrations for locks too; default: only files named as paths
  --dry-run                                fix: print what would be written, as a diff
  --unsafe                                 fix: also what may change the meaning
  --suppressed                             show suppressed findings too
  --no-cache                               judge anew what did not change since an earlier run
  --color, --no-color                      default: colour on a terminal only
  --help, --version

Exit code: 0 nothing to report at that level, 1 findings, 2 could not do its work.
`;

export function readArgs(argv: readonly string[]): Args | 'help' | 'version' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [first, ...others] = positionals;
  const named = first !== undefined && COMMANDS.includes(first);
  const command = (named ? first : 'check') as Command;
  return {
    command,
    rest: named ? others : positionals,
    format: oneOf('--format', values.format, Object.keys(reporters)) as Format | undefined,
    output: values.output,
    preset: oneOf('--preset', values.preset, PRESETS) as Preset | undefined,
    config: values.config,
    at: values.at,
    failOn: oneOf('--fail-on', values['fail-on'], LEVELS) as Args['failOn'],
    color: values.color ? true : values['no-color'] ? false : undefined,
    suppressed: values.suppressed ?? false,
    allMigrations: values['all-migrations'] ?? false,
    dryRun: values['dry-run'] ?? false,
    unsafe: values.unsafe ?? false,
    anew: values['no-cache'] ?? false,
    change: changeOf(command, values.since, values.staged ?? false),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        format: { type: 'string', short: 'f' },
        output: { type: 'string', short: 'o' },
        preset: { type: 'string' },
        config: { type: 'string', short: 'c' },
        at: { type: 'string' },
        'fail-on': { type: 'string' },
        color: { type: 'boolean' },
        'no-color': { type: 'boolean' },
        suppressed: { type: 'boolean' },
        'all-migrations': { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        unsafe: { type: 'boolean' },
        'no-cache': { type: 'boolean' },
        since: { type: 'string' },
        staged: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}

function changeOf(command: Command, since: string | undefined, staged: boolean): Asked | undefined {
  if (since === undefined && !staged) return undefined;
  const [option] = since === undefined ? ['--staged'] : ['--since'];
  // What is staged may be other than the files that fix would write.
  if (command !== 'check' && !(command === 'fix' && since !== undefined && !staged)) throw new UsageError(`${option}: only check asks what a change brought about`);
  if (since !== undefined && staged) throw new UsageError('--since and --staged: name one of them');
  return since === undefined ? { kind: 'staged' } : { kind: 'since', ref: since };
}

function oneOf(option: string, value: string | undefined, allowed: readonly string[]): string | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw new UsageError(`${option} ${value}: one of ${allowed.join(', ')}`);
}
