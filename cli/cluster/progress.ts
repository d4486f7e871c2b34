import { evaluationOf } from '../../src/domain/models/catalogue';
import type { PlannedRun } from '../../src/domain/plan';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { CurvePoint } from '../../src/domain/studyFolder';
import { readProgress, writeProgress } from './folder';

/** Least milliseconds between two notes of how far a run is. */
const INTERVAL_MS = 3000;
/** Points of the noted curve: with more, every second one is left out. */
const MOST_POINTS = 200;

/**
 * Notes how far a run is and its validation curve, for whoever looks into the folder. The curve goes on from what the holder before has noted. What cannot be
 * written is left out.
 */
export async function progressWriter(
  folder: string,
  { experiment }: PlannedRun,
): Promise<(event: TrainingEvent) => void> {
  const { epochs: of } = evaluationOf(experiment.config);
  let curve: readonly CurvePoint[] = (await readProgress(folder).catch(() => null))?.curve ?? [];
  // Epochs of this worker alone: another may have been on another device.
  let epochs = 0;
  let seconds = 0;
  let device = '';
  let last = -Infinity;
  return (event) => {
    if (event.type === 'device') device = `${event.device.backend}: ${event.device.name}`;
    if (event.type !== 'epoch') return;
    const { point } = event;
    const done = point.epoch + 1;
    epochs += 1;
    seconds += point.trainSeconds + point.evaluateSeconds;
    if (point.valid) curve = withPoint(curve, [done, point.valid['recall@20']]);
    if (performance.now() - last < INTERVAL_MS) return;
    last = performance.now();
    const note = { epochs: done, of, perEpoch: seconds / epochs, device, at: new Date().toISOString(), curve };
    void writeProgress(folder, note).catch(() => undefined);
  };
}

/** What a checkpoint made be done again replaces what stands there. */
export function withPoint(curve: readonly CurvePoint[], point: CurvePoint): readonly CurvePoint[] {
  const [epoch, recall] = point;
  const before = curve.filter(([one]) => one < epoch);
  if (!Number.isFinite(recall)) return before;
  const kept = before.length >= MOST_POINTS ? before.filter((_, place) => place % 2 === 0) : before;
  return [...kept, point];
}
