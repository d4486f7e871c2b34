import type { Random } from '../../workers/numbers/rng';
import { send } from './browser';
import type { Act, Span } from './faults';
import { deleteRun, editRun } from './person';
import { HASTE, within, type Stage } from './stage';
import { look } from './store';
import { sleep } from './until';

/** Runs in the page or the worker: the next transaction that writes is aborted after its first write. */
function abortNextWrite(): void {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...entry: Parameters<typeof put>) {
    IDBObjectStore.prototype.put = put;
    const request = put.apply(this, entry);
    this.transaction.abort();
    return request;
  };
}

/** Runs in the page and the worker: every clock that a person can set says another time. */
function shiftClock(hours: number): void {
  const Native = Date;
  const now = (): number => Native.now() + hours * 3_600_000;
  class Shifted extends Native {
    constructor(...given: [] | ConstructorParameters<typeof Date>) {
      if (given.length === 0) super(now());
      else super(...given);
    }
    static override now(): number {
      return now();
    }
  }
  Object.assign(globalThis, { Date: Shifted });
}

function turnInACircle(ms: number | null): void {
  const end = ms === null ? Infinity : performance.now() + ms;
  while (performance.now() < end);
}

/** Does one act of a fault. */
export async function perform(stage: Stage, act: Act, random: Random): Promise<void> {
  const { browser } = stage;
  const span = (seconds: Span): number => 1000 * within(random, seconds);
  switch (act.do) {
    case 'closeTab':
      return stage.closeTab();
    case 'openTab':
      return stage.openTab();
    case 'reload':
      await stage.page.reload();
      return;
    case 'crashPage': {
      const crashed = stage.page.waitForEvent('crash');
      // Nobody is left to answer.
      const session = await browser.context.newCDPSession(stage.page);
      session.send('Page.crash').catch(() => undefined);
      await crashed;
      return;
    }
    case 'killRenderers':
      await browser.signal('renderer', 'SIGKILL');
      return;
    case 'killGpu':
      await browser.signal('GPU', 'SIGKILL');
      return;
    case 'killBrowser':
      return stage.killBrowser();
    case 'endWorker': {
      const worker = await stage.worker();
      worker.evaluate(() => self.close()).catch(() => undefined);
      return;
    }
    case 'hangWorker': {
      const worker = await stage.worker();
      const ms = act.seconds ? HASTE * span(act.seconds) : null;
      worker.evaluate(turnInACircle, ms).catch(() => undefined);
      return;
    }
    case 'wait':
      return sleep(span(act.seconds));
    case 'freezePage':
    case 'slowProcessor':
      return slowed(stage, act.do, span(act.seconds));
    case 'stopRenderers': {
      const ids = await browser.signal('renderer', 'SIGSTOP');
      await sleep(span(act.seconds));
      return send(ids, 'SIGCONT');
    }
    case 'setClock':
      await stage.page.evaluate(shiftClock, act.hours);
      await (await stage.worker()).evaluate(shiftClock, act.hours);
      return;
    case 'fillDisk':
      return stage.disk.fill();
    case 'freeDisk':
      return stage.disk.free();
    case 'goOffline':
    case 'goOnline':
      return browser.context.setOffline(act.do === 'goOffline');
    case 'abortWrite':
      if (act.of === 'page') await stage.page.evaluate(abortNextWrite);
      else await (await stage.worker()).evaluate(abortNextWrite);
      return;
    case 'pause':
    case 'goOn': {
      const name = act.do === 'pause' ? 'Pause' : 'Resume';
      const button = stage.page.locator('main').getByRole('button', { name, exact: true });
      // A run may end before its button is found.
      await button.click({ timeout: 10_000 }).catch(() => undefined);
      return;
    }
    case 'openOtherTab':
      return stage.openOther();
    case 'closeOtherTab':
      return stage.closeOther();
    case 'useOtherTab':
      return stage.useOther();
    case 'editInOtherTab':
      await stillTrains(stage);
      stage.edited = { name: `Renamed ${random.integer(1e6)}`, notes: `Noted ${random.integer(1e6)} elsewhere.` };
      return editRun(stage.other, stage.at('/runs'), stage.runId, stage.edited);
    case 'deleteInOtherTab':
      await stillTrains(stage);
      return deleteRun(stage.other, stage.at('/runs'), stage.runId);
  }
}

/** Throws where the run has ended while another tab was opened: what follows would happen to an ended run. */
async function stillTrains(stage: Stage): Promise<void> {
  const { run } = await look(stage.other, stage.runId);
  if (run?.status !== 'finished') return;
  await stage.closeOther();
  throw new Error('The run has ended.');
}

async function slowed(stage: Stage, how: 'freezePage' | 'slowProcessor', ms: number): Promise<void> {
  const session = await stage.browser.context.newCDPSession(stage.page);
  const set = (slow: boolean): Promise<unknown> =>
    how === 'freezePage'
      ? session.send('Page.setWebLifecycleState', { state: slow ? 'frozen' : 'active' })
      : session.send('Emulation.setCPUThrottlingRate', { rate: slow ? 6 : 1 });
  await set(true);
  await sleep(ms);
  await set(false);
  await session.detach();
}
