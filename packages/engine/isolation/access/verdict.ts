import type { Access, AccessCommand, Environment, Escape, Formula, Isolation, Reason, Schema, Table } from '@tenantlint/model';
import { and, FALSE, TRUE } from '../logic/formula.ts';
import { shift } from '../logic/rename.ts';
import { prove } from '../prove/prove.ts';
import type { Caller, Database, Goal } from '../prove/question.ts';
import { tableFacts } from '../prove/tables.ts';
import type { Effective, EffectiveRules, Part } from './effective.ts';
import type { Recursion } from './recursion.ts';
import type { Roles } from './roles.ts';
import type { Guard, Triggers } from './triggers.ts';
import { OLD_ROW } from './triggers.ts';

export const COMMANDS: readonly AccessCommand[] = ['select', 'insert', 'update', 'delete'];

/** One judged side of a command: an answer, and the policy to blame for a leak. */
interface Judged {
  readonly verdict: Access['verdict'];
  readonly why: readonly Reason[];
  readonly escape?: Escape;
  readonly policy?: string;
  readonly side: 'using' | 'check';
  readonly others?: NonNullable<Access['others']>;
}

type Judge = (seen: Formula, guard?: Guard) => Judged;

/** What a role can effectively do to a table. */
export class Verdicts {
  private readonly schema: Schema;
  private readonly environment: Environment;
  private readonly roles: Roles;
  private readonly rules: EffectiveRules;
  private readonly recursion: Recursion;
  private readonly db: Database;
  private readonly triggers: Triggers;
  private readonly proofs = new WeakMap<Formula, Map<string, Isolation>>();

  constructor(parts: { readonly schema: Schema; readonly environment: Environment; readonly roles: Roles; readonly rules: EffectiveRules; readonly recursion: Recursion; readonly triggers: Triggers; readonly db: Database }) {
    this.schema = parts.schema;
    this.environment = parts.environment;
    this.roles = parts.roles;
    this.rules = parts.rules;
    this.recursion = parts.recursion;
    this.triggers = parts.triggers;
    this.db = parts.db;
  }

  caller(role: string): Caller {
    if (this.environment.kind === 'own-connection') return { role, signedIn: undefined };
    return { role, signedIn: /^(anon|anonymous|web_anon|api_anon|guest)$|_anon(ymous)?$/.test(role) ? false : true };
  }

  judge(table: Table, role: string, command: AccessCommand): Access {
    const judged = this.command(table, role, command);
    const { verdict, why, escape, policy, side, others } = judged;
    return {
      role,
      command,
      verdict,
      why,
      ...(escape === undefined ? {} : { escape }),
      ...(verdict === 'leak' && policy !== undefined ? { policy, side } : {}),
      ...(others === undefined ? {} : { others }),
    };
  }

  private command(table: Table, role: string, command: AccessCommand): Judged {
    if (!this.roles.enters(role, table.schema)) return denied(`${role} may not use the schema ${table.schema}`, table);
    const whole = this.roles.holds(role, table, command);
    const columns = whole ? new Set<string>() : this.roles.columns(role, table, command);
    if (!whole && columns.size === 0) return denied(`${role} holds no ${command} privilege`, table);
    switch (command) {
      case 'select': return this.parts(table, role, this.rules.of(table, role, 'select', 'using'), TRUE, 'reach');
      case 'insert': return this.guarded(table, role, 'insert', 'write', (seen, guard) => this.parts(table, role, this.rules.of(table, role, 'insert', 'check'), seen, 'write', guard));
      case 'delete': return this.guarded(table, role, 'delete', 'change', (seen, guard) => this.parts(table, role, this.rules.of(table, role, 'delete', 'using'), seen, 'change', guard));
      case 'update': {
        const reach = this.guarded(table, role, 'update', 'change', (seen, guard) => this.parts(table, role, this.rules.of(table, role, 'update', 'using'), seen, 'change', guard));
        if (reach.verdict === 'leak' || reach.verdict === 'denied') return reach;
        // Without the privilege on the columns that say whose it is, a row stays where it is.
        if (!whole && !this.tells(table, columns)) return reach;
        const leave = this.guarded(table, role, 'update', 'write', (seen, guard) => this.parts(table, role, this.rules.of(table, role, 'update', 'check'), seen, 'write', guard));
        if (leave.verdict === 'denied' || leave.verdict === 'isolated') return reach.verdict === 'unknown' ? reach : { ...reach, why: [...reach.why, ...leave.why] };
        return leave;
      }
    }
  }

  /** What policies let through, triggers may still refuse or set right. */
  private guarded(table: Table, role: string, event: 'insert' | 'update' | 'delete', goal: Goal, judge: Judge): Judged {
    const found = event === 'insert' ? judge(TRUE) : this.blind(table, role, judge);
    const guard = found.verdict === 'leak' ? this.triggers.guard(table, event, goal) : undefined;
    if (guard === undefined) return found;
    const using = goal === 'write' && event === 'update' ? shift(this.rules.formula(this.rules.of(table, role, 'update', 'using')), OLD_ROW, { next: 3_000_000 }) : TRUE;
    const held = judge(TRUE, { ...guard, assume: and([guard.assume, using]) });
    return held.verdict === 'leak' ? found : { ...held, why: [...held.why, guard.why] };
  }

  /**
   * A statement with a WHERE needs the rows to be visible, and the new row of an UPDATE as well; one without does not.
   * So SELECT policies protect nothing that the command's own do not, but they say how it can be reached.
   */
  private blind(table: Table, role: string, judge: Judge): Judged {
    const alone = judge(TRUE);
    if (alone.verdict !== 'leak' || !this.roles.reaches(role, table, 'select')) return alone;
    const seen = judge(this.rules.formula(this.rules.of(table, role, 'select', 'using')));
    return seen.verdict === 'leak' ? seen : { ...alone, why: [...alone.why, { text: 'rows that the role does not see take a statement without WHERE', at: table.at }] };
  }

  private tells(table: Table, columns: ReadonlySet<string>): boolean {
    const facts = tableFacts(this.db, table.key);
    const path = facts.tenancy.kind === 'through' ? (facts.tenancy.path[0]?.columns ?? []) : facts.tenancy.kind === 'user-owned' ? [facts.tenancy.column] : facts.tenantColumns;
    return path.some((name) => columns.has(name));
  }

  /** Permissive policies are alternatives, so each is judged by itself, under the restrictive ones and what has to be seen. */
  private parts(table: Table, role: string, effective: Effective, seen: Formula, goal: Goal, guard?: Guard): Judged {
    const side = goal === 'write' ? 'check' : 'using';
    if (effective.kind === 'closed') return { verdict: 'denied', why: [effective.why], side };
    if (effective.kind === 'unknown') return { verdict: 'unknown', why: [effective.why], side };
    const parts: readonly (Part | undefined)[] = effective.kind === 'open' ? [undefined] : effective.permissive;
    const restrictive = effective.kind === 'open' ? TRUE : effective.restrictive;
    const why: Reason[] = effective.kind === 'open' ? [effective.why] : [];
    let unknown: Judged | undefined;
    let leak: Judged | undefined;
    const others: { readonly policy: string; readonly escape: Escape }[] = [];
    let passes = false;
    for (const part of parts) {
      const formula = and([part?.formula ?? TRUE, restrictive, seen]);
      const circle = this.recursion.circle(formula, role, table);
      if (circle !== undefined) return { verdict: 'denied', why: [{ text: `fails at run time: policies lead in a circle (${circle.join(' → ')})`, at: part?.at ?? table.at }], side };
      const found = this.prove(table, role, formula, goal, part?.at ?? (effective.kind === 'open' ? effective.why.at : table.at), guard);
      const policy = part === undefined ? {} : { policy: part.policy.name };
      if (found.verdict === 'no') {
        if (leak === undefined) leak = { verdict: 'leak', why: [...why, ...found.because], escape: found.escape, side, ...policy };
        else if (part !== undefined) others.push({ policy: part.policy.name, escape: found.escape });
      } else if (found.verdict === 'unknown') unknown ??= { verdict: 'unknown', why: [...why, ...found.opaque], side, ...policy };
      else {
        if (found.vacuous !== true) passes = true;
        why.push(...found.because.map((reason) => (part === undefined ? reason : { ...reason, text: `${part.policy.name}: ${reason.text}` })));
      }
    }
    if (leak !== undefined) return others.length === 0 ? leak : { ...leak, others };
    if (unknown !== undefined) return unknown;
    return { verdict: passes ? 'isolated' : 'denied', why, side };
  }

  /** Does the condition by itself keep the role to its own tenant? A condition is proven once, whoever asks. */
  prove(table: Table, role: string, formula: Formula, goal: Goal, at: Reason['at'], guard?: Guard): Isolation {
    // Behind a connection of its own it is the application that writes what belongs to nobody, in whoever's name.
    if (this.environment.kind === 'own-connection' && this.db.tenancy.of.get(table.key)?.tenancy.kind === 'global') return { verdict: 'yes', because: [{ text: `rows of ${table.key} belong to nobody`, at }] };
    const question = { formula, row: 0, table: table.key, goal, caller: this.caller(role), at };
    if (guard !== undefined) return prove({ ...question, assume: [guard.assume], rows: guard.rows }, this.db);
    if (formula.kind === 'true' || formula.kind === 'false') return prove(question, this.db);
    // One policy FOR ALL is asked the same for each of its commands.
    let known = this.proofs.get(formula);
    if (known === undefined) this.proofs.set(formula, (known = new Map<string, Isolation>()));
    const key = `${role}|${goal}|${table.key}`;
    const answered = known.get(key);
    if (answered !== undefined) return answered;
    const made = prove(question, this.db);
    known.set(key, made);
    return made;
  }

  /** The condition of a command as one formula, for whoever wants to know what it rests on. */
  formula(table: Table, role: string, command: AccessCommand): Formula {
    const using = command === 'insert' ? FALSE : this.rules.formula(this.rules.of(table, role, command, 'using'));
    const check = command === 'insert' || command === 'update' ? this.rules.formula(this.rules.of(table, role, command, 'check')) : TRUE;
    return command === 'insert' ? check : and([using, check]);
  }

  table(key: string): Table | undefined {
    return this.schema.tables.get(key);
  }
}

function denied(text: string, table: Table): Judged {
  return { verdict: 'denied', why: [{ text, at: table.at }], side: 'using' };
}
