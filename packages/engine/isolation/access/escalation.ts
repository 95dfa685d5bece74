import type { Access, Escalation, Formula, Table } from '@tenantlint/model';
import { tableFacts } from '../prove/tables.ts';
import type { Database } from '../prove/question.ts';
import { rowsRead } from './recursion.ts';
import type { Verdicts } from './verdict.ts';

/**
 * A verdict that rests on rows which the same caller may write is one statement away from being void: joining another
 * tenant's member list, or moving one's own profile into it, opens every table that is read through it.
 */
export function escalationOf(access: Access, table: Table, verdicts: Verdicts, db: Database, direct: (table: Table, role: string) => readonly Access[]): Escalation | undefined {
  if (access.verdict !== 'isolated') return undefined;
  const formula: Formula = verdicts.formula(table, access.role, access.command);
  for (const key of [...new Set(rowsRead(formula, true).map((row) => row.table))].sort()) {
    const trusted = key === undefined || key === table.key ? undefined : verdicts.table(key);
    if (trusted === undefined || tableFacts(db, trusted.key).userColumns.length === 0) continue;
    for (const other of direct(trusted, access.role)) {
      if (other.verdict !== 'leak' || (other.command !== 'insert' && other.command !== 'update') || other.escape === undefined) continue;
      return { table: trusted.key, command: other.command, text: `${trusted.name} decides who the caller is, and the caller may ${other.command} it: ${other.escape.row}`, at: other.escape.at };
    }
  }
  return undefined;
}
