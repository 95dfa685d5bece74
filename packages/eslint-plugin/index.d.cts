import type { ESLint, Linter, Rule } from 'eslint';

/** tenantlint as a plugin of ESLint; oxlint loads its rules as a JavaScript plugin. */
declare const plugin: {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  /** Each takes `{ certainty: 'proven' | 'likely' | 'possible' }`: the least certain findings that are reported. */
  readonly rules: Readonly<Record<string, Rule.RuleModule>>;
  readonly languages: { readonly sql: NonNullable<ESLint.Plugin['languages']>[string]; readonly prisma: NonNullable<ESLint.Plugin['languages']>[string] };
  readonly configs: {
    /** What is proven and harmful. */
    readonly recommended: Linter.Config[];
    /** What is likely as well. */
    readonly strict: Linter.Config[];
    /** Everything. */
    readonly audit: Linter.Config[];
  };
};

export = plugin;
