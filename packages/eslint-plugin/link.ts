import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Answer, Question } from './wire.ts';

/** Longer than any project takes; who waits for ever cannot even be told so. */
const LONGEST_MS = 300_000;

/**
 * A thread that judges one project. Rules of a linter are synchronous and the analysis is not: whoever asks stands
 * still until the answer is there.
 */
export class Link {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #port: MessagePort;
  #lost = false;

  constructor(root: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { root, port: port2, signal: this.#signal }, transferList: [port2], execArgv: [] });
    // The linter may end at any time; nothing is written that could be lost.
    worker.unref();
    worker.on('error', () => { this.#lost = true; });
  }

  /** Asks without waiting; the answer is taken with `taken`, and nothing else may be asked before. */
  send(question: Question): void {
    this.#port.postMessage(question);
  }

  taken(): Answer | undefined {
    return receiveMessageOnPort(this.#port)?.message as Answer | undefined;
  }

  ask(question: Question): Answer {
    if (this.#lost) return { kind: 'failed', reason: 'the thread that judges the project has ended' };
    Atomics.store(this.#signal, 0, 0);
    this.#port.postMessage(question);
    Atomics.wait(this.#signal, 0, 0, LONGEST_MS);
    const received = receiveMessageOnPort(this.#port);
    if (received) return received.message as Answer;
    this.#lost = true;
    return { kind: 'failed', reason: `no answer within ${LONGEST_MS / 1000} seconds` };
  }
}
