import type { TrainingEvent } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import type { DeviceHost } from '../engine/device';
import type { RunControl } from './control';

export interface RunHost {
  readonly database: Database;
  readonly deviceHost: DeviceHost;
  readonly control: RunControl;
  readonly emit: (event: TrainingEvent) => void;
  /** Steps to record for replay elsewhere; 0 for none. */
  readonly traceSteps: number;
  /** Epochs after which the run is left with a checkpoint, for whoever goes on with it; absent where it runs to its end. */
  readonly untilEpoch?: number;
  /** Least milliseconds between two checkpoints; by default 15 s, or more where they are slow. */
  readonly checkpointIntervalMs?: number;
  /** Milliseconds until storage that was full is tried again; 5 s by default. */
  readonly roomMs?: number;
}
