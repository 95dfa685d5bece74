import type { Code } from '@tenantlint/model';
import type { Flow } from '../flow.ts';

/** Prefixes by which bundlers put a variable of the environment into what browsers load. */
const PUBLIC = /^(?:NEXT_PUBLIC|VITE|PUBLIC|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|VUE_APP|NG_APP)_/;
const SECRET = /SERVICE_?ROLE|SERVICE_KEY|SECRET|PRIVATE_KEY|ADMIN_KEY|DATABASE_URL|DB_PASSWORD/;

/** A secret in code that browsers load: by the variable's name, or written down. */
export function shipped(f: Flow, code: Code): void {
  if (!f.input.tell) return;
  if (code.kind === 'member' && PUBLIC.test(code.name) && SECRET.test(code.name) && isEnvironment(code.of) && !(code.name.startsWith('PUBLIC_') && isProcess(code.of))) f.input.tell({ kind: 'secret-shipped', name: code.name, how: 'name', at: code.nameAt });
  else if (code.kind === 'literal' && typeof code.value === 'string' && isKey(code.value)) f.input.tell({ kind: 'secret-shipped', name: `${code.value.slice(0, 10)}…`, how: 'literal', at: code.at });
}

/** `process.env`, `import.meta.env`, and what destructures or wraps them. */
const isEnvironment = (of: Code): boolean => (of.kind === 'member' ? of.name === 'env' : of.kind === 'name' && /^(?:env|config|publicEnv|clientEnv)$/.test(of.name));

/** Bundlers that know the bare `PUBLIC_` replace it in `import.meta.env` and in modules of their own, and leave Node's environment alone. */
const isProcess = (of: Code): boolean => of.kind === 'member' && of.of.kind === 'name' && of.of.name === 'process';

/** A key of the service role: the new form, or a token that says so. */
function isKey(text: string): boolean {
  if (/^sb_secret_[\w-]{20,}$/.test(text)) return true;
  const payload = /^eyJ[\w-]{10,}\.(eyJ[\w-]{10,})\.[\w-]{20,}$/.exec(text)?.[1];
  if (payload === undefined) return false;
  try {
    return /"role"\s*:\s*"service_role"/.test(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    return false;
  }
}
