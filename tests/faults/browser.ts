import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, browserPath } from '../../cli/browser';
import { sleep, until } from './until';
import { watchTraining } from './watch';

/** Kinds of process that a fault can hit, as the browser names them. */
export type ProcessKind = 'renderer' | 'GPU';

/**
 * A Chromium of our own on a profile of its own. Unlike one that Playwright starts, it can be killed and started again
 * on what it left behind.
 */
export class TestBrowser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'lodestone-faults-'));
  #process: ChildProcess | null = null;
  #browser: Browser | null = null;
  readonly #end = (): void => void this.#process?.kill('SIGKILL');

  get context(): BrowserContext {
    const context = this.#browser?.contexts()[0];
    if (!context) throw new Error('The browser is not running.');
    return context;
  }

  /** Starts it on its profile, with the tab that it opens by itself. */
  async start(): Promise<Page> {
    const portFile = join(this.#profile, 'DevToolsActivePort');
    rmSync(portFile, { force: true });
    const child = spawn(
      browserPath(),
      [
        ...browserFlags(true),
        '--headless',
        '--no-default-browser-check',
        '--hide-crash-restore-bubble',
        // A machine loses its GPU process once in a while; here it is lost again and again.
        '--disable-gpu-process-crash-limit',
        '--window-size=1440,900',
        '--remote-debugging-port=0',
        `--user-data-dir=${this.#profile}`,
        'about:blank',
      ],
      { stdio: 'ignore' },
    );
    this.#process = child;
    // It outlives this process otherwise, stopped with Ctrl+C or by an error.
    process.once('exit', this.#end);
    const port = await until(
      () => (existsSync(portFile) ? (readFileSync(portFile, 'utf8').split('\n')[0] ?? '') : '') || null,
      60_000,
      'the browser opens its port',
    );
    this.#browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    await this.context.addInitScript(watchTraining);
    this.context.setDefaultTimeout(30_000);
    return this.context.pages()[0] ?? this.context.newPage();
  }

  /** `SIGKILL`: nothing in it has a chance to save anything. */
  async kill(): Promise<void> {
    const [child, browser] = [this.#process, this.#browser];
    this.#process = null;
    this.#browser = null;
    process.off('exit', this.#end);
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    await browser?.close().catch(() => undefined);
  }

  /** Ends it and removes its profile. */
  async close(): Promise<void> {
    await this.kill();
    // Its children may still be writing their last. What is left in the end lies in the system's folder for such things.
    for (let tried = 0; tried < 20; tried++) {
      try {
        return rmSync(this.#profile, { recursive: true, force: true });
      } catch {
        await sleep(500);
      }
    }
  }

  /** Ids of its processes of one kind. */
  async processes(kind: ProcessKind): Promise<number[]> {
    const session = await this.#browser!.newBrowserCDPSession();
    try {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return processInfo.filter(({ type }) => type === kind).map(({ id }) => id);
    } finally {
      await session.detach();
    }
  }

  /** Sends a signal to all its processes of one kind. */
  async signal(kind: ProcessKind, signal: NodeJS.Signals): Promise<number[]> {
    const ids = await this.processes(kind);
    send(ids, signal);
    return ids;
  }
}

/** Sends a signal to those of these processes that are still there. */
export function send(ids: readonly number[], signal: NodeJS.Signals): void {
  for (const id of ids) {
    try {
      process.kill(id, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
