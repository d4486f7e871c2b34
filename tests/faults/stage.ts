import type { Page, Worker } from '@playwright/test';
import type { Random } from '../../workers/numbers/rng';
import { TestBrowser } from './browser';
import { Disk } from './disk';
import { until } from './until';

/** The training thread's clock runs this much faster, so that a checkpoint is due every 1.5 s and not every 15 s. */
export const HASTE = 10;

const isTraining = (worker: Worker): boolean => /training\.worker/.test(worker.url());

/** A browser with the app, its tabs, and the run that is being disturbed. */
export class Stage {
  readonly browser = new TestBrowser();
  readonly #address: string;
  #page: Page | null = null;
  #other: Page | null = null;
  #disk: Disk | null = null;
  /** The run in question; '' before there is one. */
  runId = '';
  /** What the run should be called at its end, and its notes, where they were edited. */
  edited: { readonly name: string; readonly notes: string } | null = null;

  constructor(address: string) {
    this.#address = address;
  }

  /** The tab that trains, or that last did. */
  get page(): Page {
    if (!this.#page) throw new Error('No tab is open.');
    return this.#page;
  }

  /** The other tab. */
  get other(): Page {
    if (!this.#other) throw new Error('No other tab is open.');
    return this.#other;
  }

  /** What the tab that trains may write to. */
  get disk(): Disk {
    if (!this.#disk) throw new Error('No tab is open.');
    return this.#disk;
  }

  /** Starts the browser and opens the app; the first time, until its demo dataset is ready. */
  async open(): Promise<void> {
    await this.#adopt(await this.browser.start());
    await this.page.goto(this.#address);
    await this.page.getByText('The demo dataset is ready').waitFor({ timeout: 120_000 });
  }

  /** Address of a page of the app. */
  at(place: string): string {
    return `${this.#address}#${place}`;
  }

  async #adopt(page: Page): Promise<void> {
    page.on('worker', (worker) => {
      if (!isTraining(worker)) return;
      worker
        .evaluate((haste) => {
          const now = performance.now.bind(performance);
          performance.now = () => haste * now();
        }, HASTE)
        .catch(() => undefined);
    });
    this.#page = page;
    this.#disk = await Disk.of(page, this.#address);
  }

  /** A new tab with the run's page, which from now on is the tab in question. */
  async openTab(): Promise<void> {
    const [blank] = this.browser.context.pages().filter((page) => page.url() === 'about:blank');
    const before = this.#page;
    await this.#adopt(blank ?? (await this.#newPage()));
    // A tab that crashed is closed once there is another, so that the browser does not end with it.
    if (before && !before.isClosed() && before !== blank) await before.close().catch(() => undefined);
    await this.page.goto(this.at(`/runs/${this.runId}`));
  }

  /** While the browser notices that processes are gone, a new tab may get one of them. */
  #newPage(): Promise<Page> {
    return until(() => this.browser.context.newPage().catch(() => null), 15_000, 'the browser opens a tab', 300);
  }

  async closeTab(): Promise<void> {
    const page = this.page;
    if (this.browser.context.pages().length < 2) await this.#newPage();
    await page.close();
  }

  async openOther(): Promise<void> {
    const page = await this.#newPage();
    this.#other = page;
    await page.goto(this.at(`/runs/${this.runId}`));
    await page.getByRole('heading', { level: 1 }).waitFor();
  }

  async closeOther(): Promise<void> {
    await this.#other?.close();
    this.#other = null;
  }

  /** The other tab is from now on the one in question. */
  async useOther(): Promise<void> {
    const page = this.other;
    this.#other = null;
    await this.#adopt(page);
    await page.bringToFront();
  }

  /** The newest training thread of the tab; waits for it. */
  worker(): Promise<Worker> {
    return until(() => this.page.workers().findLast(isTraining), 20_000, 'there is a training thread');
  }

  async killBrowser(): Promise<void> {
    await this.browser.kill();
    this.#page = this.#other = this.#disk = null;
    this.#page = await this.browser.start();
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** A number of a span. */
export const within = (random: Random, [least, most]: readonly [number, number]): number =>
  least + (most - least) * random.uniform();
