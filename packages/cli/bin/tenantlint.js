#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) refuse(`Node 20.19 or later is needed, and this is ${process.versions.node}`);
// Not by `import`: Node would load a good part of itself to list what its modules export.
const [fs, module, os, path, url, v8, vm, zlib] = ['fs', 'module', 'os', 'path', 'url', 'v8', 'vm', 'zlib'].map((name) => process.getBuiltinModule(name));
const bundle = path.join(url.fileURLToPath(import.meta.url), '../../dist/bundle');
const scripts = path.join(bundle, 'command');
if (!fs.existsSync(path.join(scripts, 'main.js'))) refuse('not built yet; run `pnpm build` first');
// A run is over before most of its code would have paid for being optimised: with V8's own budget, Node 20 spends a
// fifth of the processor time on that. Code that runs for long is optimised all the same; later versions wait by themselves.
if (major === 20) v8.setFlagsFromString('--interrupt-budget=500000');
// V8 lets the heap grow to several times what is alive before it looks again. Looking sooner costs a thirtieth of the time
// at most, and a large product takes a third less memory.
v8.setFlagsFromString('--heap-growing-percent=40');
// As `holdBackWasmTierUp` of the SQL reader, and here: V8 takes compiled code only with the very flags under which it was
// written down, so that all are set before the first script and none later.
for (const flag of ['--wasm-tier-up-filter=0', '--wasm-lazy-validation']) v8.setFlagsFromString(flag);

/** Scripts below this size are as quickly compiled as their compiled code is read. */
const SMALL = 16_000;
/** How much a run has to compile by itself for it to be written down, in bytes. */
const WORTH = 200_000;
/** After that long V8 gives up code that was called at the beginning; nor is it such runs that have to be quick. */
const LONG_US = 4_000_000;
const MOST_FILES = 32;

const folder = ownFolder();
const tag = v8.cachedDataVersionTag().toString(36);
const made = { __proto__: null };
const kept = [];
const require = module.createRequire(path.join(bundle, 'main.js'));

const { main } = load('main.js', 'main.js');
process.exitCode = await main(process.argv.slice(2), process);
try {
  keepCompiled();
} catch {
  // The run is done, and said what it had to say.
}

/** What a part of a script exports: see command.mjs in packages/cli. Half of the time of a short run would go into compiling. */
function load(name, part) {
  if (made[part]) return made[part];
  const filename = path.join(scripts, name);
  const source = fs.readFileSync(filename, 'latin1');
  // The script's first words are its hash.
  const file = folder === undefined || source.length < SMALL ? undefined : path.join(folder, `${source.slice(2, 24)}.${tag}`);
  const cachedData = file && read(file);
  const script = new vm.Script(source, { filename, cachedData });
  if (file) kept.push({ name, file, script, found: cachedData !== undefined && !script.cachedDataRejected });
  script.runInThisContext()(load, require, url.pathToFileURL(path.join(bundle, name)).href, made);
  return made[part];
}

/** Undefined for what is not there or was cut short. */
function read(file) {
  try {
    const bytes = fs.readFileSync(file);
    const code = bytes.subarray(0, -4);
    return bytes.readUInt32LE(code.length) === zlib.crc32(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Writes down what was compiled, where it is more than before: runs do not all call the same functions. */
function keepCompiled() {
  const [first] = kept;
  if (folder === undefined || !first) return;
  const list = `${first.file}.json`;
  const of = kept.map(({ name }) => name).join(' ');
  const size = v8.getHeapCodeStatistics().bytecode_and_metadata_size;
  const sizes = parsed(list);
  const isNew = kept.some(({ found }) => !found);
  if (!isNew && (size < (sizes[of] ?? 0) + WORTH || process.cpuUsage().user > LONG_US)) return;
  for (const { file, script } of kept) {
    const code = script.createCachedData();
    const bytes = new Uint8Array(code.length + 4);
    bytes.set(code);
    new DataView(bytes.buffer).setUint32(code.length, zlib.crc32(code), true);
    write(file, bytes);
  }
  write(list, JSON.stringify({ ...sizes, [of]: Math.max(size, sizes[of] ?? 0) }));
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const byAge = files.map((file) => [file, fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]).sort(([, a], [, b]) => b - a);
  for (const [file] of byAge.slice(MOST_FILES)) fs.rmSync(file, { force: true, recursive: true });
}

function parsed(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Whole or not at all, whoever else writes at the same time. */
function write(file, content) {
  try {
    fs.writeFileSync(`${file}.${process.pid}`, content, { mode: 0o600 });
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A full disk: compiled again the next time.
  }
}

/**
 * Compiled code is run as it is: it lies in a folder of the user's own, not in the one for temporary files, where others
 * may write as well, and never in what is linted.
 */
function ownFolder() {
  try {
    const folder = path.join(os.homedir(), '.cache', 'tenantlint-code');
    if (!path.relative(process.cwd(), folder).startsWith('..')) return undefined;
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = fs.statSync(folder);
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0) ? folder : undefined;
  } catch {
    // A home that cannot be written to.
    return undefined;
  }
}

function refuse(reason) {
  process.stderr.write(`tenantlint: ${reason}\n`);
  process.exit(2);
}
