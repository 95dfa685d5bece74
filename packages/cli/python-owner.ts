import type { Reason } from '@tenantlint/model';
import type { Workspace } from './workspace.ts';

const ENVIRONMENT = /(?:^|\/)env\.py$/;
/** Names by which products call the address of their database. */
const ADDRESS = /\b\w*(?:database|db|postgres|sqlalchemy|sql)\w*_?(?:url|uri|dsn)\w*\b/gi;
const ENGINE = /\bcreate_(?:async_)?engine\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g;

/**
 * Whether the application connects as the role that the migrations run under: Alembic's environment and the
 * application make their connection from one and the same setting. Tables belong to whoever makes them.
 */
export function ownerConnection(workspace: Workspace): Reason | undefined {
  const python = [...workspace.files].filter((f) => f.endsWith('.py')).sort();
  const environments = python.filter((f) => ENVIRONMENT.test(f) && /\bcontext\.configure\b/.test(workspace.text(f) ?? ''));
  for (const environment of environments) {
    const migrated = named(workspace.text(environment) ?? '');
    if (migrated.size !== 1) continue;
    const [setting = ''] = migrated;
    let own: Reason | undefined;
    for (const file of python) {
      if (file === environment || /(?:^|\/)(?:tests?|scripts?)\/|(?:^|\/)(?:test_[^/]*|conftest)\.py$/.test(file)) continue;
      const text = workspace.text(file) ?? '';
      if (!text.includes('create_')) continue;
      for (const match of text.matchAll(ENGINE)) {
        const names = named(match[1] ?? '');
        if (names.size === 0) continue;
        // A second engine of another address: which one serves requests is not told.
        if (!names.has(setting)) return undefined;
        own ??= { text: `migrations and application connect by the same ${setting}: the application owns the tables`, at: { file, start: match.index, end: match.index + match[0].length } };
      }
    }
    if (own) return own;
  }
  return undefined;
}

const named = (text: string): ReadonlySet<string> => new Set([...text.replace(/#.*/g, '').matchAll(ADDRESS)].map((m) => m[0].toLowerCase()).filter((name) => name !== 'sqlalchemy_url' && !name.startsWith('get_')));
