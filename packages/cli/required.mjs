/**
 * Packages in CommonJS that the bundle requires rather than imports: to import such a file, Node reads it a second and
 * a third time as text, to find out of which kind it is and what it exports. For the TypeScript compiler that takes as
 * long as to lint a small project.
 * @param packages external ones that somebody imports names of
 */
export function required(packages) {
  return {
    name: 'required',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(?:${packages.join('|')})$`), namespace: 'file' }, ({ path }) => ({ path, namespace: 'required' }));
      onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({ contents: `module.exports = require('require').from(${JSON.stringify(path)});`, loader: 'js' }));
      onResolve({ filter: /^require$/, namespace: 'required' }, ({ path }) => ({ path, namespace: 'require' }));
      onLoad({ filter: /.*/, namespace: 'require' }, () => ({ contents: "import { createRequire } from 'node:module'; export const from = createRequire(import.meta.url);", loader: 'js' }));
    },
  };
}
