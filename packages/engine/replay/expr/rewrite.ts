import type { QName, SqlCte, SqlExpr, SqlFrom, SqlSelect, SqlTarget, TypeRef } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { outputName } from './output-name.ts';
import { findCte, scopeOfSelect, withCtes, type Names, type Scope } from './scope.ts';
import { mapExpr, mapList } from './walk.ts';

/** What to replace; a hook that gives back its argument leaves the place as it is. */
export interface Hooks {
  /** A relation in FROM that is no CTE. */
  table?(from: SqlFrom & { readonly kind: 'table' }): SqlFrom & { readonly kind: 'table' };
  /** A join, before its sides are visited. */
  join?(from: SqlFrom & { readonly kind: 'join' }): SqlFrom & { readonly kind: 'join' };
  call?(name: QName, args: readonly SqlExpr[], scope: Scope): QName;
  type?(type: TypeRef): TypeRef;
  column?(expr: SqlExpr & { readonly kind: 'column' }, scope: Scope): SqlExpr;
  /** `'…'::regclass` and the literal argument of nextval and its kin. */
  regclass?(text: string): string;
  /** Several targets in place of one: how `*` is written out. */
  star?(target: SqlTarget, scope: Scope): readonly SqlTarget[];
}

const SEQUENCE_FUNCTIONS = new Set(['nextval', 'currval', 'setval']);

/**
 * Rewrites names in an expression or query with the scopes of SQL: CTE names hide relations, and a column is
 * looked up where it stands. Unchanged parts stay shared with the original.
 */
export class Rewriter {
  readonly #names: Names;
  readonly #hooks: Hooks;
  /** Scopes with columns are only needed by hooks that look at columns. */
  readonly #deep: boolean;

  constructor(names: Names, hooks: Hooks) {
    this.#names = names;
    this.#hooks = hooks;
    this.#deep = hooks.column !== undefined || hooks.star !== undefined;
  }

  expr(expr: SqlExpr, scope: Scope): SqlExpr {
    const { column, call, type } = this.#hooks;
    if (expr.kind === 'column') return column === undefined ? expr : column(expr, scope);
    const mapped = mapExpr(expr, {
      expr: (part) => this.expr(part, scope),
      select: (part) => this.select(part, scope),
    });
    if (mapped.kind === 'call') return this.#call(mapped, scope, call);
    if (mapped.kind === 'cast') {
      const to = type?.(mapped.type) ?? mapped.type;
      const of = mapped.type.name === 'regclass' ? this.#regclass(mapped.of) : mapped.of;
      return to === mapped.type && of === mapped.of ? mapped : { ...mapped, of, type: to };
    }
    return mapped;
  }

  select(select: SqlSelect, outer: Scope): SqlSelect {
    const ctes: Scope = this.#deep ? withCtes(select, outer, this.#names) : shallowCtes(select, outer);
    const inner: Scope = this.#deep && select.set === undefined && select.values === undefined ? scopeOfSelect(select, outer, this.#names) : ctes;
    const inWith = mapList(select.with, (cte) => this.#cte(cte, select.recursive === true ? ctes : cteScope(select, cte, ctes)));
    const from = this.#froms(select.from, ctes, inner);
    const targets = this.#targets(select.targets, inner);
    const where = this.#optional(select.where, inner);
    const having = this.#optional(select.having, inner);
    const groupBy = mapList(select.groupBy, (expr) => this.expr(expr, inner));
    const orderBy = select.set === undefined ? mapList(select.orderBy, (expr) => this.expr(expr, inner)) : select.orderBy;
    const values = select.values === undefined ? undefined : mapList(select.values, (row) => mapList(row, (expr) => this.expr(expr, inner)));
    let set = select.set;
    if (set !== undefined) {
      const left = this.select(set.left, ctes);
      const right = this.select(set.right, ctes);
      if (left !== set.left || right !== set.right) set = { ...set, left, right };
    }
    const same =
      inWith === select.with && from === select.from && targets === select.targets && where === select.where && having === select.having &&
      groupBy === select.groupBy && orderBy === select.orderBy && values === select.values && set === select.set;
    if (same) return select;
    return {
      ...select, with: inWith, from, targets, groupBy, orderBy,
      ...(where === undefined ? {} : { where }),
      ...(having === undefined ? {} : { having }),
      ...(values === undefined ? {} : { values }),
      ...(set === undefined ? {} : { set }),
    };
  }

  #call(expr: SqlExpr & { readonly kind: 'call' }, scope: Scope, hook: Hooks['call']): SqlExpr {
    const name = hook?.(expr.name, expr.args, scope) ?? expr.name;
    let args = expr.args;
    const first = args[0];
    if (first !== undefined && SEQUENCE_FUNCTIONS.has(expr.name.name) && first.kind === 'literal') {
      const text = this.#regclass(first);
      if (text !== first || this.#hooks.regclass !== undefined) {
        args = [{ kind: 'cast', at: first.at, of: text, type: { name: 'regclass', mods: [], dims: 0 } }, ...args.slice(1)];
      }
    }
    return name === expr.name && args === expr.args ? expr : { ...expr, name, args };
  }

  #regclass(of: SqlExpr): SqlExpr {
    if (of.kind !== 'literal' || typeof of.value !== 'string' || this.#hooks.regclass === undefined) return of;
    const value = this.#hooks.regclass(of.value);
    return value === of.value ? of : { ...of, value };
  }

  #cte(cte: SqlCte, scope: Scope): SqlCte {
    if (cte.statement.kind !== 'select') return cte;
    const statement = this.select(cte.statement, scope);
    return statement === cte.statement ? cte : { ...cte, statement };
  }

  #froms(froms: readonly SqlFrom[], ctes: Scope, inner: Scope): readonly SqlFrom[] {
    return mapList(froms, (from) => this.#from(from, ctes, inner));
  }

  #from(from: SqlFrom, ctes: Scope, inner: Scope): SqlFrom {
    switch (from.kind) {
      case 'table':
        if (from.name.schema === undefined && findCte(ctes, from.name.name) !== undefined) return from;
        return this.#hooks.table?.(from) ?? from;
      case 'join': {
        const join = this.#hooks.join?.(from) ?? from;
        const left = this.#from(join.left, ctes, inner);
        const right = this.#from(join.right, ctes, inner);
        const on = this.#optional(join.on, inner);
        if (left === join.left && right === join.right && on === join.on) return join;
        return { ...join, left, right, ...(on === undefined ? {} : { on }) };
      }
      case 'subselect': {
        const select = this.select(from.select, from.lateral === true ? inner : ctes);
        return select === from.select ? from : { ...from, select };
      }
      case 'function': {
        const calls = mapList(from.calls, (call) => this.expr(call, inner));
        return calls === from.calls ? from : { ...from, calls };
      }
      case 'opaque':
        return from;
      default:
        return never(from);
    }
  }

  /** A target keeps the name that it had before a name inside it changed. */
  #targets(targets: readonly SqlTarget[], scope: Scope): readonly SqlTarget[] {
    const star = this.#hooks.star;
    const written = star === undefined || !targets.some(isStar) ? targets : targets.flatMap((target) => (isStar(target) ? star(target, scope) : [target]));
    return mapList(written, (target) => {
      const expr = this.expr(target.expr, scope);
      if (expr === target.expr) return target;
      if (target.alias !== undefined) return { ...target, expr };
      const name = outputName(target.expr);
      return outputName(expr) === name ? { ...target, expr } : { ...target, expr, alias: name };
    });
  }

  #optional(expr: SqlExpr | undefined, scope: Scope): SqlExpr | undefined {
    return expr === undefined ? undefined : this.expr(expr, scope);
  }
}

function isStar(target: SqlTarget): boolean {
  return target.expr.kind === 'column' && target.expr.path[target.expr.path.length - 1] === '*';
}

function shallowCtes(select: SqlSelect, outer: Scope): Scope {
  if (select.with.length === 0) return outer;
  return { items: [], ctes: new Map(select.with.map((cte) => [cte.name, []])), outer };
}

/** Without RECURSIVE a CTE sees the ones before it, not itself. */
function cteScope(select: SqlSelect, cte: SqlCte, ctes: Scope): Scope {
  const before = select.with.slice(0, select.with.indexOf(cte));
  return { ...ctes, ctes: new Map(before.map(({ name }) => [name, ctes.ctes.get(name) ?? []])) };
}
