/** What a page has heard from its training workers. */
export interface Heard {
  /** Differs from page to page, also after a reload. */
  readonly page: string;
  /** The run of the newest worker. */
  readonly runId: string;
  /** Training workers that this page has opened. */
  readonly workers: number;
  /** The run of each of them. */
  readonly runs: readonly string[];
  /** Steps at the end of the newest reporting interval; 0 before the first. */
  readonly step: number;
  /** Ends of the first reporting interval of each worker, in the order of the workers; null where there was none. */
  readonly first: readonly (number | null)[];
  /** The newest status that a worker has told. */
  readonly status: string;
  /** The newest phase that a worker has told. */
  readonly phase: string;
}

/** Runs in every page before its own code: keeps what its training workers say as `lodestoneHeard`, and changes nothing. */
export function watchTraining(): void {
  const heard = {
    page: crypto.randomUUID(),
    runId: '',
    workers: 0,
    runs: [] as string[],
    step: 0,
    first: [] as (number | null)[],
    status: '',
    phase: '',
  };
  Object.assign(globalThis, { lodestoneHeard: heard });
  const Native = globalThis.Worker;
  class Heard extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      if (options?.name !== 'training') return;
      let place = -1;
      const post = this.postMessage.bind(this);
      this.postMessage = (message: { type?: string; runId?: string }) => {
        // Only what trains a run counts, not what looks at the device.
        if (message.type === 'start') {
          place = heard.first.push(null) - 1;
          heard.workers += 1;
          heard.runId = message.runId ?? '';
          heard.runs.push(heard.runId);
          heard.step = 0;
          heard.status = heard.phase = '';
        }
        post(message);
      };
      this.addEventListener('message', ({ data }) => {
        if (place !== heard.first.length - 1) return;
        if (data.type === 'status') heard.status = data.status;
        if (data.type === 'phase') heard.phase = data.text;
        if (data.type !== 'intervals') return;
        heard.step = data.points.at(-1).step;
        heard.first[place] ??= heard.step;
      });
    }
  }
  globalThis.Worker = Heard;
}
