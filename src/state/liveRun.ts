import type { Fault } from '../domain/errors';
import type { Finding } from '../domain/observations';
import type { TrainingEvent } from '../domain/protocol';
import { nextRung } from '../domain/search';
import type { DeviceReport, EpochPoint, RunDocument, RunStatus, StopReason, TermPoint } from '../domain/run';

export type Progress = Extract<TrainingEvent, { type: 'progress' }>;
export type Phase = Pick<Extract<TrainingEvent, { type: 'phase' }>, 'text' | 'fraction'>;
export type PendingCommand = 'pause' | 'resume' | 'stepEpoch' | 'stop';

/**
 * What is known of the run in progress. It changes up to ten times a second and therefore lives outside the store, in plain
 * arrays; the store holds a revision number. `curves` counts changes of the arrays, so that panels redraw only for those.
 */
export class LiveRun {
  readonly runId: string;
  status: RunStatus = 'preparing';
  phase: Phase | null = null;
  progress: Progress | null = null;
  device: DeviceReport | null;
  best: RunDocument['best'];
  fault: Fault | null = null;
  findings: readonly Finding[];
  /** What was asked for and not yet answered. */
  pending: PendingCommand | null = null;
  /** Why it was told to stop, where a rule and not a person did. */
  stopReason: StopReason | null = null;
  /** Storage has no room for its checkpoints: what it has learned since the last one lies in this page alone. */
  full = false;
  /** Epochs after which its session ends, at a rung of a search; null where it runs to its end. */
  readonly untilEpoch: number | null;
  /** Times the device or the thread was lost and the run was taken up again. */
  restarts = 0;
  curves = 0;
  /** `performance.now()` of the last event: tells a slow worker from a silent one. */
  lastNewsMs: number;
  readonly intervals: TermPoint[];
  readonly epochs: EpochPoint[];

  constructor(run: RunDocument, nowMs: number) {
    this.runId = run.id;
    this.untilEpoch = nextRung({ ...run, epochsDone: run.epochs.length });
    this.device = run.device;
    this.best = run.best;
    this.findings = run.findings ?? [];
    this.intervals = [...run.intervals];
    this.epochs = [...run.epochs];
    this.lastNewsMs = nowMs;
  }

  /** Takes in one event. A resumed run may repeat what its last checkpoint did not know: the newer points replace the older. */
  apply(event: TrainingEvent, nowMs: number): void {
    this.lastNewsMs = nowMs;
    switch (event.type) {
      case 'device':
        this.device = event.device;
        break;
      case 'phase':
        this.phase = { text: event.text, fraction: event.fraction };
        break;
      case 'status':
        this.status = event.status;
        this.pending = null;
        if (event.status === 'running') this.phase = null;
        break;
      case 'progress':
        this.progress = event;
        // Steps are taken again: what was done between epochs is over.
        this.phase = null;
        break;
      case 'intervals': {
        const first = event.points[0];
        if (!first) break;
        dropFrom(this.intervals, first.step);
        this.intervals.push(...event.points);
        this.curves += 1;
        break;
      }
      case 'epoch':
        dropFrom(this.epochs, event.point.step);
        this.epochs.push(event.point);
        this.best = event.best;
        this.curves += 1;
        break;
      case 'fault':
        this.fault = event.fault;
        break;
      case 'findings':
        this.findings = event.findings;
        break;
      case 'storage':
        this.full = event.full;
        break;
      case 'estimated':
      case 'watched':
      case 'alive':
      case 'paced':
      case 'proved':
      case 'ended':
        break;
    }
  }
}

/** Removes the points at or after `step`, in place. */
function dropFrom(points: { readonly step: number }[], step: number): void {
  while (points.length > 0 && (points[points.length - 1]?.step ?? 0) >= step) points.pop();
}
