import manifest from './package.json' with { type: 'json' };

export const NAME = manifest.name;
export const VERSION = manifest.version;

/** The page of a rule, as it was published with this version. */
export function page(rule: string): string {
  return `https://unpkg.com/tenantlint@${VERSION}/rules/${rule}.md`;
}
