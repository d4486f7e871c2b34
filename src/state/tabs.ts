/** The right to train: one tab of this browser at a time. */
export interface TrainingLock {
  /** Runs `work` under the lock; `onWait` is called once when another tab has it. */
  hold(work: () => Promise<void>, onWait: () => void): Promise<void>;
}

const LOCK = 'lodestone-training';

export const browserLock: TrainingLock = {
  async hold(work, onWait) {
    // Without locks (old browsers, plain http) there is nothing to agree with.
    if (!('locks' in navigator)) return work();
    const taken = await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) return false;
      await work();
      return true;
    });
    if (taken) return;
    onWait();
    await navigator.locks.request(LOCK, work);
  },
};

/** Tells the other tabs that stored runs or the queue changed, and hears it from them. */
export interface TabChannel {
  tell(): void;
  listen(heard: () => void): void;
}

export function browserChannel(): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => undefined, listen: () => undefined };
  const channel = new BroadcastChannel('lodestone-runs');
  return { tell: () => channel.postMessage('changed'), listen: (heard) => channel.addEventListener('message', heard) };
}
