import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// The house rules that a tool can hold. Imports between packages and cycles between files are held by
// test/architecture.test.ts, which also draws ARCHITECTURE.md from the same table.
export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.gen.ts', 'fixtures/**', 'coverage/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // A walk along a linked list starts at the object itself.
      '@typescript-eslint/no-this-alias': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Files of strangers hold control characters; matching them is the point.
      'no-control-regex': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['rules/*/*.ts'], rules: { 'max-lines': ['error', { max: 120 }] } },
  // Tables of cases are long and are read one case at a time.
  { files: ['**/*.test.ts', 'test/oracle/**', 'test/bench/**'], rules: { 'max-lines': 'off' } },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly', setInterval: 'readonly', clearInterval: 'readonly' } } },
);
