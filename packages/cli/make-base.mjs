import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const own = path.dirname(fileURLToPath(import.meta.url));
const name = 'supabase-base.bin';

/**
 * What every Supabase project starts from is made once, when a bundle is built, and not in every run. It is looked for
 * beside the bundle.
 */
export async function writeBase(folder) {
  const { dependencies } = JSON.parse(await readFile(path.join(own, 'package.json'), 'utf8'));
  // The maker stands where the dependencies of the source are found.
  await mkdir(path.join(own, 'dist'), { recursive: true });
  const maker = path.join(own, `dist/make-base-${process.pid}.mjs`);
  await build({ absWorkingDir: own, stdin: { contents: "export { baseFile } from './base.ts';", resolveDir: own }, outfile: maker, bundle: true, format: 'esm', platform: 'node', target: 'node20', external: Object.keys(dependencies), logLevel: 'warning' });
  try {
    await writeFile(path.join(folder, name), (await import(pathToFileURL(maker).href)).baseFile());
  } finally {
    await rm(maker, { force: true });
  }
  return name;
}
