export { createFacts, type Known, type Pending } from './facts.ts';
export { replay, type ReplayOptions } from './replay/index.ts';
export * from './replay/index.ts';
export * from './tenancy/index.ts';
export * from './isolation/index.ts';
export { runRules, fingerprint, byPlace, compare, unique, type Missing, type RuleSelection } from './run/rules.ts';
export { selectRules, shows, type Preset } from './run/presets.ts';
export { suppress, suppressionFinding, SUPPRESSION, SUPPRESSION_MESSAGES, type FileLines, type SuppressionProblem } from './run/suppress.ts';
export { visible } from './run/visible.ts';
