import { readFile } from 'node:fs/promises';
import { Language, Parser } from 'web-tree-sitter';
import { TreeReader, type ParserModule, type PyTree } from './tree.ts';

/** Python's grammar, ready to parse. */
export interface PythonParser {
  /** Undefined where the text is too much for the parser. */
  parse(text: string): PyTree | undefined;
}

let loading: Promise<PythonParser> | undefined;

/**
 * Loads the grammar, once a process. Nothing of it is loaded before: a product without Python never pays for it.
 * `tree-sitter-python.wasm` stands beside this module, in the sources as in a bundle.
 */
export function loadPython(): Promise<PythonParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<PythonParser> {
  // The module fills in what it is given.
  const module = {} as ParserModule;
  const [, grammar] = await Promise.all([Parser.init(module), readFile(new URL('./tree-sitter-python.wasm', import.meta.url))]);
  const language = await Language.load(grammar);
  const reader = new TreeReader(language, module);
  let parser: Parser | undefined;
  return {
    parse(text) {
      parser ??= new Parser().setLanguage(language);
      try {
        const tree = parser.parse(text);
        if (tree === null) return undefined;
        try {
          return reader.read(tree, text);
        } finally {
          tree.delete();
        }
      } catch (error) {
        // Out of memory or stack inside the parser: its state is lost, the next file gets a new one.
        if (!(error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError'))) throw error;
        parser = undefined;
        return undefined;
      }
    },
  };
}
