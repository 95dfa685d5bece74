import type { AbstractValue, Formula, Span, Term, Truth, ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { packageOf } from './auth.ts';
import { byPackage } from './by-package.ts';

/** Libraries by which another system proves who it is; `call` is the end of the function's name. Those that throw give their result only to the right caller. */
const VERIFIERS: readonly { readonly packages: RegExp; readonly call: RegExp; readonly throws: boolean }[] = [
  { packages: /^stripe$/, call: /^constructEvent(?:Async)?$/, throws: true },
  { packages: /^(?:svix|standardwebhooks|@polar-sh\/sdk|@clerk\/nextjs\/webhooks|@clerk\/backend\/webhooks)/, call: /^(?:verify|validateEvent|verifyWebhook)$/, throws: true },
  { packages: /^@upstash\/qstash/, call: /^verify$/, throws: false },
  { packages: /^@octokit\/webhooks/, call: /^(?:verify|verifyAndReceive)$/, throws: false },
  { packages: /^@slack\/(?:bolt|events-api)/, call: /^(?:verifyRequestSignature|verifySlackRequest)$/, throws: true },
  { packages: /./, call: /^timingSafeEqual$/, throws: false },
  { packages: /^google-auth-library$/, call: /^verifyIdToken$/, throws: true },
];

const verifiersOf = byPackage((from) => VERIFIERS.filter((v) => v.packages.test(from)));

/** Wrappers of packages that call the handler only for a signed request. */
const WRAPPERS: readonly { readonly packages: RegExp; readonly call: RegExp }[] = [
  { packages: /^@upstash\/(?:qstash|workflow)/, call: /^(?:verifySignature|verifySignatureAppRouter|verifySignatureEdge|serve|serveMany)$/ },
  { packages: /^inngest/, call: /^serve$/ },
];

export function signedCall(f: Flow, callee: ValueOf<'symbol'>, at: Span): void {
  const from = packageOf(callee);
  if (from !== undefined && verifiersOf(from).some((v) => v.throws && v.call.test(nameOf(callee)))) f.state.learn([{ kind: 'secret', at }]);
}

/** Whether the function was made by a wrapper that lets only signed requests through. */
export function isSignedWrapper(value: AbstractValue): boolean {
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.origin.callee.kind !== 'symbol') return false;
  const from = packageOf(value);
  const name = nameOf(value.origin.callee);
  return from !== undefined && WRAPPERS.some((w) => w.packages.test(from) && w.call.test(name));
}

const nameOf = (callee: ValueOf<'symbol'>): string => callee.path.at(-1) ?? (callee.origin.kind === 'package' ? callee.origin.name : '');

/** What is true where the caller has shown a secret: a verifier said so, or a value that was sent equals one of the environment. */
export function showsSecret(truth: Truth): boolean {
  switch (truth.kind) {
    case 'secret': return true;
    case 'defined': {
      if (truth.of.kind !== 'symbol' || truth.of.origin.kind !== 'call' || truth.of.origin.callee.kind !== 'symbol') return false;
      const from = packageOf(truth.of);
      const name = nameOf(truth.of.origin.callee);
      return from !== undefined && verifiersOf(from).some((v) => v.call.test(name));
    }
    case 'holds': return comparesSecret(truth.formula);
    // Checks are left out in development: what the environment alone decides is no way in.
    case 'any': return truth.of.some((way) => way.some(showsSecret)) && truth.of.every((way) => way.some((t) => showsSecret(t) || isConfiguration(t)));
    default: return false;
  }
}

function isConfiguration(truth: Truth): boolean {
  if (truth.kind === 'defined' || truth.kind === 'falsy') {
    if (truth.of.kind !== 'symbol' || truth.of.origin.kind === 'input' || truth.of.origin.kind === 'identity') return false;
    return (truth.of.origin.kind === 'global' && truth.of.origin.name === 'process') || /^(?:[A-Z][A-Z0-9]*_)+(?:SECRET|KEY|TOKEN|PASSWORD)$/.test(truth.of.path.at(-1) ?? '');
  }
  return truth.kind === 'holds' && truth.formula.kind === 'compare' && isFixed(truth.formula.left) && isFixed(truth.formula.right);
}
const isFixed = (of: Term): boolean => of.kind === 'value' && (of.value.kind === 'literal' || (of.value.kind === 'unknown' && of.value.why.startsWith('global process')));

function comparesSecret(of: Formula): boolean {
  if (of.kind !== 'compare' || of.op !== '=') return false;
  return (isSecret(of.left) && isSent(of.right)) || (isSecret(of.right) && isSent(of.left));
}

/** From the environment, or signed with something from there. */
function isSecret(term: Term): boolean {
  if (term.kind === 'apply') return /createHmac|createHash/.test(term.fn) || term.of.some(isSecret);
  return term.kind === 'value' && term.value.kind === 'unknown' && (/global (?:process|Deno|Bun|import\.meta)\b|#env\b|\bcreateEnv\b|envsafe|createHmac/.test(term.value.why) || /(?:^|[.#])(?:[A-Z][A-Z0-9]*_)+(?:SECRET|KEY|TOKEN|PASSWORD)\b/.test(term.value.why));
}

function isSent(term: Term): boolean {
  if (term.kind === 'apply') return term.of.some(isSent);
  return term.kind === 'value' && (term.value.kind === 'input' || (term.value.kind === 'unknown' && term.value.why.includes('input ')));
}

