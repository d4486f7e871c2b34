import { protocolOf } from '../../src/domain/models/catalogue';
import type { PlannedRun } from '../../src/domain/plan';
import type { TrainingEvent } from '../../src/domain/protocol';
import { writeProgress } from './folder';

/** Least milliseconds between two notes of how far a run is. */
const INTERVAL_MS = 3000;

/** Notes how far a run is, for `status`. What cannot be written is left out. */
export function progressWriter(folder: string, { experiment }: PlannedRun): (event: TrainingEvent) => void {
  const { epochs: of } = protocolOf(experiment.config);
  // Epochs of this worker alone: another may have been on another device.
  let epochs = 0;
  let seconds = 0;
  let device = '';
  let last = -Infinity;
  return (event) => {
    if (event.type === 'device') device = `${event.device.backend}: ${event.device.name}`;
    if (event.type !== 'epoch') return;
    epochs += 1;
    seconds += event.point.trainSeconds + event.point.evaluateSeconds;
    if (performance.now() - last < INTERVAL_MS) return;
    last = performance.now();
    const note = {
      epochs: event.point.epoch + 1,
      of,
      perEpoch: seconds / epochs,
      device,
      at: new Date().toISOString(),
    };
    void writeProgress(folder, note).catch(() => undefined);
  };
}
