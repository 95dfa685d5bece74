import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Place {
  readonly line: number;
  readonly character: number;
}

interface Range {
  readonly start: Place;
  readonly end: Place;
}

export interface Diagnostic {
  readonly range: Range;
  readonly code?: string;
  readonly codeDescription?: { readonly href: string };
  readonly message: string;
}

interface Action {
  readonly title: string;
  readonly command?: { readonly command: string; readonly arguments: readonly unknown[] };
}

interface Edit {
  readonly documentChanges?: readonly { readonly edits: readonly { readonly range: Range; readonly newText: string }[] }[];
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** An editor as far as ESLint's language server sees one: documents, their versions, and edits that the server asks for. */
export class Editor {
  readonly #child: ChildProcess;
  readonly #root: string;
  readonly #configuration: object;
  readonly #open = new Map<string, { version: number; text: string }>();
  readonly #waiting = new Map<number, { take(result: unknown): void; fail(error: Error): void }>();
  #received = Buffer.alloc(0);
  #last = 0;

  /** @param configuration what the server is told of its settings */
  constructor(server: string, root: string, configuration: object) {
    this.#root = root;
    this.#configuration = configuration;
    this.#child = spawn(process.execPath, [server, '--stdio'], { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      for (let message = this.#next(); message; message = this.#next()) this.#take(message);
    });
  }

  async start(): Promise<void> {
    const uri = pathToFileURL(this.#root).href;
    await this.#request('initialize', {
      processId: process.pid, rootUri: uri, workspaceFolders: [{ uri, name: 'product' }],
      capabilities: { workspace: { configuration: true, applyEdit: true, workspaceEdit: { documentChanges: true } }, textDocument: { diagnostic: {}, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } } },
    });
    this.#send({ method: 'initialized', params: {} });
  }

  stop(): void {
    this.#child.kill();
  }

  async open(file: string, languageId: string, text: string): Promise<readonly Diagnostic[]> {
    this.#open.set(file, { version: 1, text });
    this.#send({ method: 'textDocument/didOpen', params: { textDocument: { uri: this.#uri(file), languageId, version: 1, text } } });
    return this.shown(file);
  }

  async edit(file: string, text: string): Promise<readonly Diagnostic[]> {
    const version = (this.#open.get(file)?.version ?? 0) + 1;
    this.#open.set(file, { version, text });
    this.#send({ method: 'textDocument/didChange', params: { textDocument: { uri: this.#uri(file), version }, contentChanges: [{ text }] } });
    return this.shown(file);
  }

  async shown(file: string): Promise<readonly Diagnostic[]> {
    const { items } = (await this.#request('textDocument/diagnostic', { textDocument: { uri: this.#uri(file) } })) as { items: readonly Diagnostic[] };
    return items;
  }

  async actions(file: string, diagnostic: Diagnostic): Promise<readonly Action[]> {
    return (await this.#request('textDocument/codeAction', { textDocument: { uri: this.#uri(file) }, range: diagnostic.range, context: { diagnostics: [diagnostic] } })) as readonly Action[];
  }

  /** Does what the user chose, and gives the text that came out. */
  async choose(file: string, { command }: Action): Promise<string> {
    await this.#request('workspace/executeCommand', command);
    return this.#open.get(file)?.text ?? '';
  }

  #uri(file: string): string {
    return pathToFileURL(path.resolve(this.#root, file)).href;
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#last;
    this.#send({ id, method, params });
    return new Promise((take, fail) => void this.#waiting.set(id, { take, fail }));
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin?.write(body);
  }

  #next(): Message | undefined {
    const head = this.#received.indexOf('\r\n\r\n');
    if (head < 0) return undefined;
    const end = head + 4 + Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, head))?.[1]);
    if (this.#received.length < end) return undefined;
    const message = JSON.parse(this.#received.toString('utf8', head + 4, end)) as Message;
    this.#received = this.#received.subarray(end);
    return message;
  }

  #take({ id, method, params, result, error }: Message): void {
    if (id === undefined) return;
    if (method === undefined) {
      if (error) this.#waiting.get(id)?.fail(new Error(error.message));
      else this.#waiting.get(id)?.take(result);
      this.#waiting.delete(id);
    } else if (method === 'workspace/configuration') this.#send({ id, result: (params as { items: unknown[] }).items.map(() => this.#configuration) });
    else if (method === 'workspace/applyEdit') {
      this.#apply((params as { edit: Edit }).edit);
      this.#send({ id, result: { applied: true } });
    } else this.#send({ id, result: null });
  }

  /** Edits of the one document that is worked on; the server sends them for its last version. */
  #apply({ documentChanges = [] }: Edit): void {
    for (const change of documentChanges) {
      const { uri } = (change as unknown as { textDocument: { uri: string } }).textDocument;
      const file = [...this.#open.keys()].find((f) => this.#uri(f) === uri);
      const document = file === undefined ? undefined : this.#open.get(file);
      if (file === undefined || !document) continue;
      const offset = ({ line, character }: Place) => document.text.split('\n').slice(0, line).reduce((sum, l) => sum + l.length + 1, 0) + character;
      let { text } = document;
      for (const { range, newText } of [...change.edits].sort((a, b) => offset(b.range.start) - offset(a.range.start))) text = text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end));
      this.#open.set(file, { ...document, text });
    }
  }
}
