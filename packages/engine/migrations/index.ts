export { migrationFacts } from './facts.ts';
export { differences } from './compare.ts';
