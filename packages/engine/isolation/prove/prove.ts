import type { Isolation } from '@tenantlint/model';
import type { Database, Question } from './question.ts';
import { search } from './search.ts';

/** Does every row that satisfies the formula belong to the caller's tenant? The single question behind every leak. */
export function prove(question: Question, db: Database): Isolation {
  const tenancy = db.tenancy.of.get(question.table)?.tenancy;
  if (tenancy?.kind === 'global' && question.goal === 'reach') {
    return { verdict: 'yes', because: [{ text: `rows of ${question.table} belong to nobody`, at: question.at }] };
  }
  const found = search(question, db);
  switch (found.end) {
    case 'escape': return { verdict: 'no', escape: found.escape, because: [] };
    case 'unknown': return found.escape === undefined ? { verdict: 'unknown', opaque: found.opaque } : { verdict: 'unknown', opaque: found.opaque, escape: found.escape };
    case 'closed': {
      const because = found.vacuous ? [{ text: 'no row satisfies it', at: question.at }] : found.why.map((text) => ({ text, at: question.at }));
      return found.vacuous ? { verdict: 'yes', because, vacuous: true } : { verdict: 'yes', because };
    }
  }
}
