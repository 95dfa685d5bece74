import type { AbstractValue, Code } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { decorations } from './decorators.ts';

/** `@Inject(REQUEST)`: providers that ask for it are made anew for each request, after its middlewares. */
export function injectedRequest(f: Flow, decorators: readonly Code[], file: string): AbstractValue | undefined {
  if (decorators.length === 0) return undefined;
  const asks = decorations(f, file, decorators).some(({ name, args: [token] }) => name === 'Inject' && token?.kind === 'symbol' && token.origin.kind === 'package' && token.origin.name === 'REQUEST');
  return asks ? f.state.get(f.shared) : undefined;
}
