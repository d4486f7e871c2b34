import { create } from 'zustand';
import { isActive, type RunSummary } from '../domain/run';
import { liveRun, useRuns } from './runs';

/** What a person decided about runs that outlast their attention. */
interface Attention {
  /** Whether the browser says when a run ends; null until they were asked. */
  readonly notify: boolean | null;
  /** Whether the device is kept awake while a run trains. */
  readonly awake: boolean;
  /** Whether it is kept awake now. */
  readonly held: boolean;
  /** They were about to close the tab while a run trained, and stayed. */
  readonly stayed: boolean;
  /** Asks the browser where it has not decided yet; what it refuses stays off. */
  setNotify(wanted: boolean): Promise<void>;
  setAwake(wanted: boolean): void;
  dismiss(): void;
}

const [NOTIFY, AWAKE] = ['lodestone.notify', 'lodestone.awake'];

function stored(key: string): boolean | null {
  try {
    const value = localStorage.getItem(key);
    return value === null ? null : value === 'on';
  } catch {
    return null;
  }
}

function keep(key: string, wanted: boolean): void {
  try {
    localStorage.setItem(key, wanted ? 'on' : 'off');
  } catch {
    // Lasts as long as the page.
  }
}

export const useAttention = create<Attention>()((set) => ({
  notify: stored(NOTIFY),
  awake: stored(AWAKE) ?? true,
  held: false,
  stayed: false,
  setNotify: async (wanted) => {
    const notify = wanted && (await Notification.requestPermission()) === 'granted';
    keep(NOTIFY, notify);
    set({ notify });
  },
  setAwake: (awake) => {
    keep(AWAKE, awake);
    set({ awake });
    void holdAwake();
  },
  dismiss: () => set({ stayed: false }),
}));

/** Whether the browser shows notifications of this page, or could be asked to. */
export const canNotify = (): boolean => 'Notification' in globalThis && Notification.permission !== 'denied';

let lock: WakeLockSentinel | null = null;
/** The run for which the browser refused, on low battery for one; it trains all the same. */
let refusedFor: string | null = null;
let changing = false;

/** Keeps the device awake exactly while a run trains in this tab, is seen, and the person wants it. */
async function holdAwake(): Promise<void> {
  const id = useRuns.getState().activeId;
  const status = id === null ? undefined : liveRun(id)?.status;
  const trains = status === 'running' || status === 'preparing';
  const wanted = trains && useAttention.getState().awake && document.visibilityState === 'visible';
  const held = lock !== null && !lock.released;
  if (changing || wanted === held || !('wakeLock' in navigator) || (wanted && refusedFor === id)) return;
  changing = true;
  const before = lock;
  lock = wanted ? await navigator.wakeLock.request('screen').catch(() => null) : null;
  if (wanted && !lock) refusedFor = id;
  if (!wanted) await before?.release();
  changing = false;
  useAttention.setState({ held: lock !== null });
  // What changed meanwhile.
  void holdAwake();
}

/** How a run ended, for somebody who looks elsewhere. */
export function endWords(run: RunSummary, waiting: number): { readonly title: string; readonly body: string } | null {
  const more = waiting === 0 ? '' : waiting === 1 ? ' 1 run is waiting.' : ` ${waiting} runs are waiting.`;
  const { result, fault, name, status } = run;
  if (status === 'failed')
    return { title: 'A run failed', body: `${name}: ${fault?.message ?? 'no reason is known.'}${more}` };
  if (status !== 'finished' && status !== 'stopped') return null;
  const recall = result ? ` Recall@20 ${result.test['recall@20'].toFixed(4)} on test.` : '';
  return { title: status === 'finished' ? 'A run has finished' : 'A run was ended', body: `${name}.${recall}${more}` };
}

/** One notification at a time: that of the next run takes its place. */
async function say({ title, body }: { readonly title: string; readonly body: string }): Promise<void> {
  if (!canNotify()) return;
  const options = { body, tag: 'lodestone-run', icon: 'icon-192.png' };
  try {
    new Notification(title, options).onclick = () => window.focus();
  } catch {
    // Phones let none but a service worker show one.
    await (await navigator.serviceWorker.getRegistration())?.showNotification(title, options);
  }
}

/** Follows the run that trains in this tab: keeps the device awake, says when it ends, and keeps its epochs when the tab goes. */
export function attend(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let training: string | null = null;
  const see = (): void => {
    const { activeId, runs, queue } = useRuns.getState();
    const run = training === activeId ? undefined : runs.find(({ id }) => id === training);
    if (run && !isActive(run.status)) {
      training = null;
      const words = endWords(run, queue.length);
      if (words && useAttention.getState().notify && !document.hasFocus()) void say(words);
    }
    if (activeId !== null) training = activeId;
    void holdAwake();
  };
  const unsubscribe = useRuns.subscribe(see);
  addEventListener(
    'beforeunload',
    (event) => {
      const { activeId, save } = useRuns.getState();
      if (activeId === null) return;
      save();
      event.preventDefault();
      // The browser asks in its own words; who stays reads here what would have happened.
      setTimeout(() => useAttention.setState({ stayed: true }));
    },
    { signal },
  );
  addEventListener('pagehide', () => useRuns.getState().save(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') useRuns.getState().save();
      void holdAwake();
    },
    { signal },
  );
  return () => {
    stop.abort();
    unsubscribe();
  };
}
