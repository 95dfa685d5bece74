import type { Glance } from '@tenantlint/readers/typescript/glance';
import type { Workspace } from '../workspace.ts';

/**
 * What is asked of a file that is not read for good: plain data, so that the same can be asked of a later text. As long
 * as the answers stay the same, nothing that rests on them changes.
 */
export type Question =
  /** Versions of packages that a lock file tells. */
  | { readonly about: 'versions'; readonly pattern: readonly (readonly [name: string, pattern: string, flags: string])[] }
  /** Whether a text says one of some words. */
  | { readonly about: 'words'; readonly pattern: string; readonly flags: string }
  /** What has to be known of a file of code to tell whether it has to be read. */
  | { readonly about: 'code'; readonly hints: string; readonly clients: string };

export type Answer<Q extends Question> = Q extends { about: 'versions' } ? Readonly<Record<string, string>> : Q extends { about: 'words' } ? boolean : Glance;

/** Answers it, for any text. What it takes is loaded where it is needed. */
export async function answering<Q extends Question>(question: Q): Promise<(path: string, text: string) => Answer<Q>> {
  return (await made(question)) as (path: string, text: string) => Answer<Q>;
}

async function made(question: Question): Promise<(path: string, text: string) => Answer<Question>> {
  switch (question.about) {
    case 'versions': {
      const patterns = question.pattern.map(([name, pattern, flags]) => [name, new RegExp(pattern, flags)] as const);
      return (_, text) => Object.fromEntries(patterns.flatMap(([name, pattern]) => {
        const version = pattern.exec(text)?.[1];
        return version === undefined ? [] : [[name, version]];
      }));
    }
    case 'words': {
      const words = new RegExp(question.pattern, question.flags);
      return (_, text) => words.test(text);
    }
    case 'code': {
      const [{ glanceAt }, { mayEnter }] = await Promise.all([import('@tenantlint/readers/typescript/glance'), import('@tenantlint/engine/flow/candidates')]);
      const words = { hints: new RegExp(question.hints), clients: new RegExp(question.clients), mayEnter };
      return (path, text) => glanceAt(path, text, words);
    }
  }
}

/** Asks a file of a workspace; undefined where there is no text. */
export async function asking<Q extends Question>(workspace: Workspace, question: Q): Promise<(path: string) => Answer<Q> | undefined> {
  const answer = await answering(question);
  const asked = workspace.asked?.(question);
  const compute = (path: string, text: string | undefined): Answer<Q> | undefined => (text === undefined ? undefined : answer(path, text));
  return (path) => (asked ? (asked(path, (text) => compute(path, text)) as Answer<Q> | undefined) : compute(path, workspace.text(path)));
}
