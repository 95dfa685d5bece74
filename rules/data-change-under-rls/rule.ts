import { defineRule, operations, routinesNamed, sqlText, tableName, walkBody, walkExpr, walkStatement, type Facts, type Operation, type Policy, type QName, type SqlExpr, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history', 'rls'],
  messages: {
    nothing: {
      what: '{verb} finds no row of `{table}`: row level security {holds}, and no tenant is set here.',
      why: 'The statement succeeds with zero rows, the migration counts as applied, and the data is as it was.',
      fix: '{fix}',
    },
    refused: {
      what: 'INSERT into `{table}` is refused: row level security {holds}, and no tenant is set here.',
      why: 'The new row has to pass the policies of the table, as every caller\'s has.',
      fix: '{fix}',
    },
    reads: {
      what: 'This copies no row of `{table}`: row level security {holds}, and no tenant is set here.',
      why: 'The statement succeeds and copies nothing, and nobody is told.',
      fix: '{fix}',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      // Migrations of Supabase run as a role with BYPASSRLS.
      if (facts.environment.kind === 'supabase') return;
      for (const op of operations(facts, index)) {
        if (op.event.kind !== 'data') continue;
        const { statement } = op.event;
        if (statement.kind !== 'insert' && statement.kind !== 'update' && statement.kind !== 'delete') continue;
        const verb = statement.kind;
        const blocked = (name: QName, command: 'select' | typeof verb): Table | undefined => {
          const table = op.named(name)?.table;
          return table && applies(table, op, facts) && !passes(table, command) && !hasTenant(table, op, facts) ? table : undefined;
        };
        const place = (table: Table, at: QName['at']) => ({ at, subject: { kind: 'table', name: table.key }, certainty: 'likely' }) as const;
        const words = (table: Table) => ({ table: tableName(table.key), holds: table.forced?.value === true ? 'is forced on its owner as well' : `holds for ${roleOf(op) ?? 'this role'}`, fix: fixOf(table, facts) });
        const target = blocked(statement.table, verb);
        if (target) {
          if (verb === 'insert') report({ message: 'refused', ...place(target, statement.table.at), data: words(target) });
          else report({ message: 'nothing', ...place(target, statement.table.at), data: { ...words(target), verb: verb.toUpperCase() } });
          continue;
        }
        const sources: QName[] = [];
        walkStatement(statement, { from: (from) => void (from.kind === 'table' && sources.push(from.name)) });
        for (const source of sources) {
          const table = blocked(source, 'select');
          if (table) report({ message: 'reads', ...place(table, source.at), data: words(table) });
        }
      }
    },
  },
});

function roleOf(op: Operation): string | undefined {
  return op.setting('role')?.[0] ?? op.setting('session_authorization')?.[0];
}

/** Policies hold for whoever is not the owner, and for the owner where they are forced. */
function applies(table: Table, op: Operation, facts: Facts): boolean {
  const role = roleOf(op);
  const options = role === undefined ? undefined : facts.schema.roles.get(role)?.options;
  if (table.rls?.value !== true || options?.bypassRls === true || options?.superuser === true || op.setting('row_security') !== undefined) return false;
  return table.forced?.value === true || (role !== undefined && role !== table.owner && role !== 'none');
}

/** A policy asks nothing of whoever changes rows. */
function passes(table: Table, command: Policy['command']): boolean {
  return [...table.policies.values()].some((p) => p.permissive && (p.command === 'all' || p.command === command) && [p.using ?? p.check].every((expr) => expr !== undefined && sqlText(expr) === 'true'));
}

/** One of the settings that the policies ask for is set in the migration. */
function hasTenant(table: Table, op: Operation, facts: Facts): boolean {
  return settingsOf(table, facts).some((name) => op.setting(name) !== undefined);
}

/** Settings that the policies read, themselves or in functions that they call. */
function settingsOf(table: Table, facts: Facts): readonly string[] {
  const found = new Set<string>();
  const visit = (expr: SqlExpr): void => {
    if (expr.kind !== 'call') return;
    const [first] = expr.args;
    const name = first?.kind === 'cast' ? first.of : first;
    if (expr.name.name === 'current_setting' && name?.kind === 'literal' && typeof name.value === 'string') found.add(name.value.toLowerCase());
    for (const routine of routinesNamed(facts, expr.name.name)) if (!routine.platform) walkBody(facts.body(routine), { expr: (inner) => void (inner.kind === 'call' && inner.name.name === 'current_setting' && visit(inner)) });
  };
  for (const policy of table.policies.values()) for (const expr of [policy.using, policy.check]) if (expr) walkExpr(expr, { expr: visit });
  return [...found].sort();
}

function fixOf(table: Table, facts: Facts): string {
  const [setting] = settingsOf(table, facts);
  return `Run it as a role with BYPASSRLS, or in one transaction after \`alter table ${tableName(table.key)} no force row level security\` and before \`force\`${setting === undefined ? '' : `; for one tenant alone, \`set local ${setting} = …\` first`}.`;
}
