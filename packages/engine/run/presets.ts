import type { Certainty, Rule, Severity } from '@tenantlint/model';
import type { RuleSelection } from './rules.ts';

export type Preset = 'recommended' | 'strict' | 'audit';

const RANK: Readonly<Record<Preset, number>> = { recommended: 0, strict: 1, audit: 2 };
const SHOWN_FROM: Readonly<Record<Certainty, Preset>> = { proven: 'recommended', likely: 'strict', possible: 'audit' };

/** Rules of a preset, and those that the configuration names; preview rules run only when named. */
export function selectRules(rules: readonly Rule[], preset: Preset, severities: Readonly<Record<string, 'off' | Severity>>): RuleSelection[] {
  const selected: RuleSelection[] = [];
  for (const rule of rules) {
    const severity = severities[rule.id];
    if (severity === 'off') continue;
    if (severity !== undefined) selected.push({ rule, severity });
    else if (!rule.preview && RANK[rule.preset] <= RANK[preset]) selected.push({ rule });
  }
  return selected;
}

/** recommended: what is proven; strict: what is likely as well; audit: everything. */
export function shows(preset: Preset, certainty: Certainty): boolean {
  return RANK[SHOWN_FROM[certainty]] <= RANK[preset];
}
