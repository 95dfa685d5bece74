import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Postgres. Statements run one by one; each that fails is undone alone. */
export interface Database {
  readonly kind: 'pglite' | 'server';
  /**
   * Runs everything in one transaction that is rolled back at the end, so that no run sees another.
   * Gives the error of each statement, and the first column of each query's only row.
   */
  rehearse(setup: string, statements: readonly string[], queries: readonly string[]): Promise<Rehearsal>;
  /** The same in a database of its own, for statements that begin and end transactions themselves. Roles must not be made. */
  perform(setup: string, statements: readonly string[], queries: readonly string[]): Promise<Rehearsal>;
  close(): Promise<void>;
}

export interface Rehearsal {
  readonly errors: readonly (string | undefined)[];
  readonly answers: readonly unknown[];
}

export async function openPglite(): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  const pg = await PGlite.create();
  const ask = async (on: typeof pg, queries: readonly string[]): Promise<readonly unknown[]> => {
    await on.exec('reset role');
    const answers: unknown[] = [];
    for (const query of queries) {
      const results = await on.exec(query);
      const row = (results.at(-1)?.rows[0] ?? {}) as Record<string, unknown>;
      answers.push(Object.values(row)[0]);
    }
    return answers;
  };
  return {
    async perform(setup, statements, queries) {
      const own = await PGlite.create();
      try {
        if (setup !== '') await own.exec(setup);
        const errors: (string | undefined)[] = [];
        for (const statement of statements) {
          try {
            await own.exec(statement);
            errors.push(undefined);
          } catch (cause) {
            errors.push(cause instanceof Error ? cause.message : String(cause));
          }
        }
        await own.exec('begin');
        return { errors, answers: await ask(own, queries) };
      } finally {
        await own.close();
      }
    },
    kind: 'pglite',
    async rehearse(setup, statements, queries) {
      await pg.exec('begin');
      try {
        if (setup !== '') await pg.exec(setup);
        const errors: (string | undefined)[] = [];
        for (const statement of statements) {
          await pg.exec('savepoint s');
          try {
            await pg.exec(statement);
            errors.push(undefined);
          } catch (cause) {
            errors.push(cause instanceof Error ? cause.message : String(cause));
            await pg.exec('rollback to savepoint s');
          }
        }
        return { errors, answers: await ask(pg, queries) };
      } finally {
        await pg.exec('rollback');
      }
    },
    close: () => pg.close(),
  };
}

const MARK = '@@tenantlint@@';
/** How long a private server may take to answer, in milliseconds: a loaded machine needs seconds. */
const STARTUP_MS = 40_000;

/** A private server of the Postgres that is installed on this machine; undefined where there is none, or where it does not start. */
export async function openServer(): Promise<Database | undefined> {
  const bin = binaries();
  if (bin === undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'tenantlint-pg-'));
  const user = unprivileged();
  if (user !== undefined) chownSync(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'trust', '--no-sync'], { ...user, cwd: dir });
  if (made.status !== 0) return undefined;
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'jit=off', '-c', 'max_locks_per_transaction=1024'], { ...user, cwd: dir, stdio: 'ignore' });
  const client = ['-X', '-q', '-A', '-t', '-h', dir, '-U', 'postgres', '-d', 'postgres', '-v', 'VERBOSITY=terse'];
  // The socket is there before the server answers on it: a client of that moment is sent away ("is starting up").
  const answers = (): boolean => spawnSync(join(bin, 'psql'), [...client, '-c', 'select 1'], { cwd: dir }).status === 0;
  const patience = Date.now() + STARTUP_MS;
  let up = answers();
  while (!up && server.exitCode === null && Date.now() < patience) {
    await new Promise((done) => setTimeout(done, 50));
    up = answers();
  }
  if (!up) {
    server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  const psql = spawn(join(bin, 'psql'), client, { cwd: dir });
  let complaint = '';
  psql.stderr.setEncoding('utf8');
  psql.stderr.on('data', (chunk: string) => (complaint = chunk));
  const ask = conversation(psql);
  const report = `\\echo ${MARK} :SQLSTATE :LAST_ERROR_MESSAGE`;
  const script = async (start: string, setup: string, statements: readonly string[], queries: readonly string[]): Promise<Rehearsal> => {
    const output = await ask([start, setup, ...statements.map((statement) => `${statement}\n;\n${report}`)].join('\n'));
    const errors = output.split('\n').filter((line) => line.startsWith(MARK)).map((line) => {
      const [, state = '', ...message] = line.split(' ');
      return state === '00000' ? undefined : message.join(' ');
    });
    await ask('begin; reset role;');
    const answers: unknown[] = [];
    for (const query of queries) {
      const text = (await ask(`${query};`)).trim();
      if (text === '') throw new Error(`the catalog cannot be read: ${complaint}`);
      answers.push(JSON.parse(text));
    }
    await ask('rollback;');
    return { errors, answers };
  };
  return {
    kind: 'server',
    rehearse: (setup, statements, queries) => script('\\set ON_ERROR_ROLLBACK on\nbegin;', setup, statements, queries),
    async perform(setup, statements, queries) {
      await ask('create database performance;\n\\c performance');
      const result = await script('\\set ON_ERROR_ROLLBACK on', setup, statements, queries);
      await ask('\\c postgres\ndrop database performance;');
      return result;
    },
    async close() {
      psql.stdin.end();
      server.kill('SIGINT');
      await new Promise((done) => server.once('exit', done));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Sends a script and collects what it prints, up to a last line of our own. */
function conversation(psql: ChildProcessWithoutNullStreams): (script: string) => Promise<string> {
  let buffer = '';
  let waiting: { readonly resolve: (text: string) => void; readonly reject: (cause: Error) => void } | undefined;
  let ended: Error | undefined;
  const end = `${MARK}end`;
  psql.stdout.setEncoding('utf8');
  psql.stdout.on('data', (chunk: string) => {
    buffer += chunk;
    const i = buffer.indexOf(end);
    if (i < 0 || waiting === undefined) return;
    const text = buffer.slice(0, i);
    buffer = buffer.slice(i + end.length + 1);
    const { resolve } = waiting;
    waiting = undefined;
    resolve(text);
  });
  psql.once('close', (code) => {
    ended = new Error(`psql ended with ${String(code)}`);
    waiting?.reject(ended);
  });
  // A write to a client that is gone is told by its end, once.
  psql.stdin.on('error', () => undefined);
  return (script) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      waiting = { resolve, reject };
      psql.stdin.write(`${script}\n\\echo ${end}\n`);
    });
}

function binaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const installed = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin')) : [];
  const path = (process.env['PATH'] ?? '').split(':');
  return [...installed, ...path].find((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'psql')) && existsSync(join(dir, 'postgres')));
}

/** Postgres refuses to run as root: then it runs as the user that its package made, or as nobody. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody');
  return entry === undefined ? undefined : { uid: Number(entry[2]), gid: Number(entry[3]) };
}
