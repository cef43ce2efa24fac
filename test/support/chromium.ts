import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'undici';
import { ensurePackages } from './ensure-packages.ts';

/** How a page looked in a real browser. */
export interface SeenPage {
  /** What the page said on the console, and what was refused to it. */
  readonly complaints: readonly string[];
  /** Everything that it asked for but itself. */
  readonly requests: readonly string[];
  /** What an expression gives in the page. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** Asks for the dark look, as a reader's system does. */
  readonly goDark: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Params = Readonly<Record<string, unknown>>;

/** Opens a file in Debian's chromium, without a screen, and listens to all that it does. */
export async function openInChromium(file: string): Promise<SeenPage> {
  await ensurePackages(['chromium']);
  const profile = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  const browser = spawn(
    'chromium',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const end = async (): Promise<void> => {
    const closed = once(browser, 'close');
    if (browser.kill()) await closed;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const tools = await connectTools(await debuggingUrl(browser));
    const url = pathToFileURL(file).href;
    const complaints: string[] = [];
    const requests: string[] = [];
    tools.on('Network.requestWillBeSent', ({ request }) => {
      const asked = (request as { readonly url: string }).url;
      if (asked !== url) requests.push(asked);
    });
    tools.on('Runtime.consoleAPICalled', (event) => complaints.push(JSON.stringify(event)));
    tools.on('Runtime.exceptionThrown', (event) => complaints.push(JSON.stringify(event)));
    tools.on('Log.entryAdded', (event) => complaints.push(JSON.stringify(event)));
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await tools.call(`${domain}.enable`);
    const loaded = new Promise<void>((resolve) => tools.on('Page.loadEventFired', () => resolve()));
    await tools.call('Page.navigate', { url });
    await loaded;
    return {
      complaints,
      requests,
      evaluate: async (expression) => {
        const reply = await tools.call('Runtime.evaluate', { expression, returnByValue: true });
        return (reply['result'] as { readonly value?: unknown }).value;
      },
      goDark: async () => {
        const features = [{ name: 'prefers-color-scheme', value: 'dark' }];
        await tools.call('Emulation.setEmulatedMedia', { features });
      },
      close: async () => {
        tools.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function debuggingUrl(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    browser.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const url = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    browser.once('error', reject);
    browser.once('close', () => reject(new Error(`chromium ended: ${said.slice(-2_000)}`)));
  });
}

/** The DevTools protocol of a page. Source: chromedevtools.github.io/devtools-protocol */
async function connectTools(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const waiting = new Map<number, { resolve: (result: Params) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, (event: Params) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as {
      readonly id?: number;
      readonly method?: string;
      readonly params?: Params;
      readonly result?: Params;
      readonly error?: { readonly message: string };
    };
    if (message.method !== undefined) listeners.get(message.method)?.(message.params ?? {});
    const call = waiting.get(message.id ?? -1);
    waiting.delete(message.id ?? -1);
    if (message.error !== undefined) call?.reject(new Error(message.error.message));
    else call?.resolve(message.result ?? {});
  });
  let id = 0;
  const session: { sessionId?: unknown } = {};
  const call = (method: string, params: Params = {}): Promise<Params> =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params, ...session }));
    });
  // A page of its own: the one that the browser opens as it starts may not be there yet.
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const attached = await call('Target.attachToTarget', { targetId, flatten: true });
  session.sessionId = attached['sessionId'];
  return {
    call,
    on: (method: string, listener: (event: Params) => void) => listeners.set(method, listener),
    close: () => socket.close(),
  };
}
