/** What is done to a run, a step at a time. Spans are in seconds, drawn with the injection's own seed. */
export type Act =
  | { readonly do: 'closeTab' | 'openTab' | 'reload' | 'crashPage' | 'killRenderers' | 'killGpu' | 'killBrowser' }
  | { readonly do: 'endWorker' }
  /** The training thread turns in a circle; without a span for ever. */
  | { readonly do: 'hangWorker'; readonly seconds?: Span }
  | { readonly do: 'freezePage' | 'stopRenderers' | 'slowProcessor' | 'wait'; readonly seconds: Span }
  | { readonly do: 'setClock'; readonly hours: number }
  | { readonly do: 'fillDisk' | 'freeDisk' | 'goOffline' | 'goOnline' }
  /** One transaction that writes is aborted. */
  | { readonly do: 'abortWrite'; readonly of: 'page' | 'worker' }
  | { readonly do: 'pause' | 'goOn' }
  | { readonly do: 'openOtherTab' | 'editInOtherTab' | 'deleteInOtherTab' | 'closeOtherTab' | 'useOtherTab' };

export type Span = readonly [least: number, most: number];

/** What a fault may cost. More than that is a violation. */
export interface Cost {
  /** Training that is done again. */
  readonly repeats: 'nothing' | 'since the last checkpoint';
  /** How often a person may have to press Resume. */
  readonly presses: 0 | 1;
  /** Longest time, in seconds, until the run trains on: after the last act, and after Resume was pressed. */
  readonly seconds: number;
}

export interface Fault {
  /** Unique; what the command line and the report call it. */
  readonly name: string;
  /** As a person would tell it. */
  readonly happens: string;
  /** What the person sees and does then. */
  readonly seen: string;
  readonly acts: readonly Act[];
  readonly cost: Cost;
  /** What becomes of the run: the same numbers, or deleted for good with the next of the queue trained in its place. */
  readonly leaves: 'the run' | 'the next run';
}

/** Longest that a run may take to show its next reporting interval: opening the page, the device and the data included. */
const SOON = 25;

const NOTHING: Cost = { repeats: 'nothing', presses: 0, seconds: SOON };
const RESUME: Cost = { repeats: 'since the last checkpoint', presses: 1, seconds: SOON };
const BY_ITSELF: Cost = { repeats: 'since the last checkpoint', presses: 0, seconds: 40 };

/** A thread that turns in a circle, or ends before it could speak, is noticed by its silence: after half a minute, or while it prepares a whole one and a second for each megabyte that it will hold. */
const NOTICED: Cost = { ...BY_ITSELF, seconds: 200 };

const RESUMED = 'The run is interrupted; Resume goes on.';
const UNSEEN = 'Nothing; the run goes on.';
const RESTARTED = 'The run goes on by itself from its last checkpoint.';

const fault = (
  name: string,
  happens: string,
  seen: string,
  cost: Cost,
  acts: readonly Act[],
  leaves: Fault['leaves'] = 'the run',
): Fault => ({ name, happens, seen, cost, acts, leaves });

/** The faults that are injected into runs. */
export const FAULTS: readonly Fault[] = [
  fault('close-tab', 'The tab is closed and opened again.', RESUMED, RESUME, [{ do: 'closeTab' }, { do: 'openTab' }]),
  fault('reload', 'The page is reloaded.', RESUMED, RESUME, [{ do: 'reload' }]),
  fault('crash-page', 'The page crashes.', RESUMED, RESUME, [{ do: 'crashPage' }, { do: 'openTab' }]),
  fault('kill-renderers', 'The system kills the processes of all tabs (out of memory).', RESUMED, RESUME, [
    { do: 'killRenderers' },
    { do: 'openTab' },
  ]),
  fault('kill-browser', 'The browser is killed and started again.', RESUMED, RESUME, [
    { do: 'killBrowser' },
    { do: 'openTab' },
  ]),
  fault('kill-gpu', 'The browser’s GPU process is killed; the run trains on WebAssembly.', UNSEEN, NOTHING, [
    { do: 'killGpu' },
  ]),
  fault('end-worker', 'The training thread ends without a word.', RESTARTED, NOTICED, [{ do: 'endWorker' }]),
  fault('hang-briefly', 'The training thread hangs for some seconds.', UNSEEN, NOTHING, [
    { do: 'hangWorker', seconds: [1, 5] },
    { do: 'wait', seconds: [5, 5] },
  ]),
  fault('hang', 'The training thread hangs for ever.', RESTARTED, NOTICED, [{ do: 'hangWorker' }]),
  fault('freeze-page', 'The browser freezes the page in the background.', UNSEEN, NOTHING, [
    { do: 'freezePage', seconds: [2, 15] },
  ]),
  fault('stop-renderers', 'The system stops the tab’s process for a while (sleep, a debugger).', UNSEEN, NOTHING, [
    { do: 'stopRenderers', seconds: [1, 15] },
  ]),
  fault('slow-processor', 'The page gets a sixth of the processor.', UNSEEN, NOTHING, [
    { do: 'slowProcessor', seconds: [2, 5] },
  ]),
  fault('clock-back', 'The system’s clock is set back by a day.', UNSEEN, NOTHING, [{ do: 'setClock', hours: -24 }]),
  fault('clock-ahead', 'The system’s clock is set ahead by a day.', UNSEEN, NOTHING, [{ do: 'setClock', hours: 24 }]),
  fault(
    'full-disk',
    'There is no room on the disk for a while, then there is.',
    'Training goes on, and the run’s page says that nothing is saved meanwhile. Saving goes on when there is room.',
    NOTHING,
    [{ do: 'fillDisk' }, { do: 'wait', seconds: [3, 6] }, { do: 'freeDisk' }],
  ),
  fault(
    'abort-worker-write',
    'The browser aborts a transaction of the training thread.',
    'It is written again; nothing is lost.',
    NOTHING,
    [{ do: 'abortWrite', of: 'worker' }],
  ),
  fault(
    'abort-page-write',
    'The browser aborts a transaction of the page.',
    'It is written again; the run goes on.',
    NOTHING,
    [{ do: 'abortWrite', of: 'page' }],
  ),
  fault(
    'edit-elsewhere',
    'Name and notes of the run are edited in another tab.',
    'Both are there when the run has ended.',
    NOTHING,
    [{ do: 'openOtherTab' }, { do: 'editInOtherTab' }, { do: 'closeOtherTab' }],
  ),
  fault(
    'train-elsewhere',
    'The app is open in two tabs; the one that trains is closed.',
    'The other tab shows the run as interrupted; Resume goes on there.',
    RESUME,
    [{ do: 'openOtherTab' }, { do: 'closeTab' }, { do: 'useOtherTab' }],
  ),
  fault('pause', 'The run is paused by hand and taken up again.', 'It stands until it is taken up.', NOTHING, [
    { do: 'pause' },
    { do: 'wait', seconds: [0, 2] },
    { do: 'goOn' },
  ]),
  fault('offline', 'The network is gone for a while.', UNSEEN, NOTHING, [
    { do: 'goOffline' },
    { do: 'wait', seconds: [1, 4] },
    { do: 'goOnline' },
  ]),
  fault(
    'reload-offline',
    'The page is reloaded without a network.',
    'The page opens all the same. The run is interrupted; Resume goes on.',
    RESUME,
    [{ do: 'goOffline' }, { do: 'reload' }, { do: 'wait', seconds: [1, 2] }, { do: 'goOnline' }],
  ),
  fault(
    'delete-elsewhere',
    'The run is deleted in another tab while it trains.',
    'It is gone and stays gone; the next run of the queue starts.',
    { repeats: 'nothing', presses: 0, seconds: 40 },
    [{ do: 'openOtherTab' }, { do: 'deleteInOtherTab' }, { do: 'closeOtherTab' }],
    'the next run',
  ),
];
