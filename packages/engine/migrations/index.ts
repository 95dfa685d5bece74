export { migrationFacts } from './facts.ts';
export { differences, schemaDifferences } from './compare.ts';
export { inverse, type InverseOptions } from './inverse.ts';
export { undone } from './undone.ts';
export { propose, type Proposal, type ProposalSources } from './propose.ts';
