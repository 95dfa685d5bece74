import manifest from './package.json' with { type: 'json' };

export const NAME = manifest.name;
export const VERSION = manifest.version;
/** Rules that are the plugin's own. */
const OWN = ['suppression', 'not-read'];

/** The page of a rule, as it was when this version was released. */
export function page(rule: string): string {
  const file = OWN.includes(rule) ? `packages/eslint-plugin/pages/${rule}.md` : `rules/${rule}/README.md`;
  return `https://github.com/${manifest.repository.replace(/^github:/, '')}/blob/v${VERSION}/${file}`;
}
