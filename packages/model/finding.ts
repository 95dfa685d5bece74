import type { Certainty } from './query.ts';
import type { Span } from './span.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface Related {
  readonly at: Span;
  readonly note: string;
}

/** A change of source text that would mend a finding. */
export interface Edit {
  readonly at: Span;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  /** Safe: meaning preserved apart from the defect. Unsafe edits are offered, never applied unasked. */
  readonly safe: boolean;
  readonly edits: readonly Edit[];
  /** A new migration that the mend needs, behind all others. Applied migrations are never edited. */
  readonly migration?: NewMigration;
  /** Further ones behind it, each in a file of its own. */
  readonly more?: readonly NewMigration[];
  /** Statements for a later release, when nothing that runs needs what they take away: told and not written, for the tool would run them at once. */
  readonly later?: readonly string[];
}

export interface NewMigration {
  /** For its name. */
  readonly slug: string;
  /** In order, without their semicolons. */
  readonly statements: readonly string[];
  /** Postgres refuses them inside of a transaction. */
  readonly outside: boolean;
  /** Its way back, where it is another one than the schemas before and after it tell. */
  readonly undo?: readonly string[];
}

export interface Finding {
  readonly rule: string;
  /** Key of the rule's message. */
  readonly message: string;
  readonly text: string;
  readonly why: string;
  readonly fix: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly at: Span;
  readonly related: readonly Related[];
  readonly subject: Subject;
  readonly fixes: readonly Fix[];
  /** Stable across unrelated edits: rule, subject and the flagged text, not its position. */
  readonly fingerprint: string;
  readonly suppressed?: { readonly by: 'comment' | 'config' | 'baseline'; readonly reason: string };
}

export interface Subject {
  readonly kind: 'table' | 'column' | 'policy' | 'index' | 'view' | 'function' | 'trigger' | 'grant' | 'role' | 'bucket' | 'publication' | 'site' | 'step' | 'file' | 'model';
  readonly name: string;
}
