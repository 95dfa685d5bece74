import type { RoleName } from '@tenantlint/model';

/** Settings in force: those of the session, and over them those of the present transaction (SET LOCAL). */
export interface Settings {
  readonly session: ReadonlyMap<string, readonly string[]>;
  readonly local: ReadonlyMap<string, readonly string[]>;
}

export const TEMP = 'pg_temp';

/**
 * The connection that runs a step. Each step is a new one: tools open a connection for a file or reset it.
 */
export class Session {
  #settings: Settings = { session: new Map(), local: new Map() };
  readonly #defaults: { readonly searchPath: readonly string[]; readonly role: RoleName };

  constructor(defaults: { readonly searchPath: readonly string[]; readonly role: RoleName }) {
    this.#defaults = defaults;
  }

  get settings(): Settings {
    return this.#settings;
  }

  restore(settings: Settings): void {
    this.#settings = settings;
  }

  reset(): void {
    this.#settings = { session: new Map(), local: new Map() };
  }

  endTransaction(): void {
    if (this.#settings.local.size > 0) this.#settings = { session: this.#settings.session, local: new Map() };
  }

  /** `value` undefined: back to the default. */
  set(name: string, value: readonly string[] | undefined, local: boolean): void {
    const key = name.toLowerCase();
    const { session, local: locals } = this.#settings;
    if (key === 'all' && value === undefined) {
      const kept = new Map([...session].filter(([setting]) => setting === 'role' || setting === 'session_authorization'));
      this.#settings = { session: kept, local: new Map() };
      return;
    }
    if (local) {
      // An empty list stands for the default, which hides the session's own value.
      this.#settings = { session, local: new Map(locals).set(key, value ?? []) };
      return;
    }
    const [next, rest] = [new Map(session), new Map(locals)];
    rest.delete(key);
    if (value === undefined) next.delete(key);
    else next.set(key, value);
    this.#settings = { session: next, local: rest };
  }

  get(name: string): readonly string[] | undefined {
    const value = this.#settings.local.get(name) ?? this.#settings.session.get(name);
    return value?.length === 0 ? undefined : value;
  }

  /** The role whose rights and default privileges apply, and who owns what is created. */
  get role(): RoleName {
    const role = this.get('role')?.[0];
    if (role !== undefined && role !== 'none') return role;
    return this.sessionUser;
  }

  get sessionUser(): RoleName {
    const user = this.get('session_authorization')?.[0];
    return user !== undefined && user !== 'default' ? user : this.#defaults.role;
  }

  /** As set; `$user` and schemas that do not exist are still in it. */
  get searchPath(): readonly string[] {
    return this.get('search_path') ?? this.#defaults.searchPath;
  }

  /** `current_user` and its kin name the role in force; every other name is itself. */
  roleName(name: RoleName): RoleName {
    if (name === 'current_user' || name === 'current_role') return this.role;
    return name === 'session_user' ? this.sessionUser : name;
  }
}
