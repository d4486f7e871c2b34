import { completeConfig, evaluationOf } from '../../src/domain/models/catalogue';
import type { Experiment } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { openDevice, type DeviceHost } from '../engine/device';
import { readValues } from '../engine/parameters';
import { modelKind } from '../models/registry';
import { stream } from '../numbers/rng';
import { newBatches } from './batches';
import { readTrainingData } from './input';
import { Trainer } from './trainer';

/** The first step makes what the others use again. */
const STEPS = 3;

/**
 * Seconds that an epoch of the experiment would take, from its first three steps; ranking is not counted. null for a model that is computed at
 * once. On WebGPU later steps are quicker, so that this is an upper bound. Throws what a run would throw before its first epoch.
 */
export async function probePace(
  database: Database,
  deviceHost: DeviceHost,
  experiment: Experiment,
  progress: (text: string) => void,
): Promise<number | null> {
  const config = completeConfig(experiment.model, experiment.config);
  const phase = (text: string): Promise<void> => Promise.resolve(progress(text));
  const { backend, allowSoftware, seed } = experiment;
  const device = await openDevice(deviceHost, { backend, allowSoftware });
  try {
    const data = await readTrainingData(database, { ...experiment, config }, phase);
    const random = (name: string) => stream(seed, name);
    const sampler = newBatches(experiment.model, config, data, seed);
    const model = await modelKind(experiment.model).build({ input: data.input, config, random, progress: phase });
    if (model.fit || evaluationOf(config).epochs < 1) return null;
    const trainer = new Trainer({ device, config, model, sampler, sizes: data.input, trace: null, random });
    progress('three steps');
    const ends: number[] = [];
    await trainer.epoch(
      0,
      async () => undefined,
      async () => {
        // What is read back has been computed.
        await readValues(model.parameters.slice(0, 1));
        ends.push(performance.now());
        return ends.length < STEPS;
      },
    );
    const [first = 0, last = first] = [ends[0], ends.at(-1)];
    const steps = Math.max(1, ends.length - 1);
    trainer.dispose();
    model.dispose();
    return ((last - first) / steps) * sampler.stepsPerEpoch;
  } finally {
    device.close();
  }
}
