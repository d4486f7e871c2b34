import { stream } from '../../workers/numbers/rng';
import { RecordingStep } from '../../workers/engine/recordingStep';

interface Place {
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly step: number;
}

/** A step of its own: draws as a run's, and nothing it observes is kept. By default one that is not an epoch's first. */
export class QuietStep extends RecordingStep {
  constructor(place: Partial<Place> = {}, seed = 1) {
    super({ epoch: 0, stepInEpoch: 1, step: 1, ...place }, (name) => stream(seed, name));
  }

  override distribution(): void {}
}
