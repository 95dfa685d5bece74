import { ENGINE, PARTS } from './edges.ts';

/** The part of ARCHITECTURE.md that is printed from the table of edges. */
export function diagram(): string {
  const inner = PARTS.filter((p) => p.name !== 'test' && p.name !== 'registry');
  const arrows = inner.flatMap((p) => p.may.filter((to) => inner.some((q) => q.name === to)).map((to) => `  ${p.name} --> ${to}`));
  const rows = inner.map((p) => `| ${p.name} | ${p.may.filter((m) => m !== 'registry').join(', ') || 'nothing'} | ${p.because} |`);
  const parts = ENGINE.map((p) => `| engine/${p.name} | ${p.may.map((m) => `engine/${m}`).join(', ') || 'nothing of the engine'} | ${p.because} |`);
  return ['```mermaid', 'flowchart LR', ...arrows, '```', '', '| part | may import | because |', '|---|---|---|', ...rows, ...parts].join('\n');
}

const BOUNDS = /(?<=<!-- printed by test\/architecture\.test\.ts -->\n)[\s\S]*?(?=\n<!-- end -->)/;

export function printed(page: string): string | undefined {
  return BOUNDS.exec(page)?.[0];
}

export function withDiagram(page: string): string {
  return page.replace(BOUNDS, () => diagram());
}
