import { workerData, type MessagePort } from 'node:worker_threads';
import type { Session } from 'tenantlint/session';
import type { Answer, Question } from './wire.ts';

interface Given {
  readonly root: string;
  readonly port: MessagePort;
  /** Turns to 1 when an answer lies in the port. */
  readonly signal: Int32Array;
}

const { root, port, signal } = workerData as Given;
let session: Session | undefined;

/** Whatever goes wrong is an answer too, because somebody stands still until one comes. */
async function answer(question: Question): Promise<Answer> {
  try {
    session ??= new (await import('tenantlint/session')).Session(root);
    return question.kind === 'snapshot' ? { kind: 'snapshot', snapshot: await session.snapshot() } : { kind: 'report', report: await session.about(question.file, question.text), slow: session.slow };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', async (question: Question) => {
  port.postMessage(await answer(question));
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
