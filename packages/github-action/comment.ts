import { input, type Host } from './host.ts';

/** Found again by this, when a comment starts with it and its author may write to the repository. */
const MARK = '<!-- tenantlint -->';
const PATIENCE_MS = 15_000;
const MOST_PAGES = 20;
/** What GitHub takes. */
const MOST_CHARACTERS = 65_000;

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly mine: boolean;
}

/**
 * Keeps one comment up to date. A pull request without findings gets none, and one that had some is told that they are gone.
 * @returns why it could not be done
 */
export async function comment(host: Host, request: number, body: string, wanted: boolean): Promise<string | undefined> {
  const { env } = host;
  const [api, repository, token] = [env['GITHUB_API_URL'] ?? 'https://api.github.com', env['GITHUB_REPOSITORY'] ?? '', input(host, 'token')];
  if (token === '') return 'no token was given';
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) return 'the runner names no repository';
  const call = async (method: string, path: string, sent?: { body: string }): Promise<unknown> => {
    const response = await fetch(`${api}/repos/${repository}/${path}`, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'content-type': 'application/json', 'user-agent': 'tenantlint', 'x-github-api-version': '2022-11-28' },
      ...(sent ? { body: JSON.stringify(sent) } : {}),
    });
    if (!response.ok) throw new Refused(response.status);
    return response.json();
  };
  try {
    const own = await find(request, call);
    if (!own && !wanted) return undefined;
    const text = `${MARK}\n${body}`.slice(0, MOST_CHARACTERS);
    if (own?.body === text) return undefined;
    if (own) await call('PATCH', `issues/comments/${own.id}`, { body: text });
    else await call('POST', `issues/${request}/comments`, { body: text });
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.status === 403 || error.status === 404 ? `the token may not (${error.status}): the job needs the permission \`pull-requests: write\`, which pull requests from forks never have` : `GitHub answered ${error.status}`;
    return 'GitHub could not be reached';
  }
}

class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

async function find(request: number, call: (method: string, path: string) => Promise<unknown>): Promise<Comment | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const found = await call('GET', `issues/${request}/comments?per_page=100&page=${page}`);
    const comments = Array.isArray(found) ? found.map(read) : [];
    const own = comments.find((c) => c.mine && c.body.startsWith(MARK));
    if (own || comments.length < 100) return own;
  }
  return undefined;
}

/** Anybody may write the mark; only a bot, or somebody who may write here, is taken for us. */
function read(value: unknown): Comment {
  const { id, body, user, author_association: association } = value as Partial<Record<'id' | 'body' | 'user' | 'author_association', unknown>>;
  const bot = typeof user === 'object' && user !== null && 'type' in user && user.type === 'Bot';
  return { id: Number(id), body: String(body ?? ''), mine: bot || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(String(association)) };
}
