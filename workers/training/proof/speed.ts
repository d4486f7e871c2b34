import { completeConfig, readsFeatures } from '../../../src/domain/models/catalogue';
import type { ModelId } from '../../../src/domain/models/table';
import { TRIAL_DATA } from '../../../src/domain/proof';
import { RecordingStep } from '../../engine/recordingStep';
import { heldRows } from '../../engine/rowSource';
import { interactionMatrix } from '../../graphs/behaviour';
import type { FeatureMatrix, ModelInput } from '../../models/model';
import { modelKind } from '../../models/registry';
import { stream, type Random } from '../../numbers/rng';
import { popularInteractions } from '../dryInput';
import { newBatches } from '../batches';
import { Steps } from '../steps';

const BUDGET_MS = 300;
const MOST_STEPS = 40;
/** A device this slow is timed by its second step. */
const SLOW_MS = 150;

/** Milliseconds of a model's training step on the trial data, on the open device, settings at their defaults. */
export async function measureStep(model: ModelId): Promise<number> {
  const { batchSize, embeddingSize } = TRIAL_DATA;
  const config = completeConfig(model, { batchSize, embeddingSize });
  const input = trialInput(readsFeatures(model, config));
  const random = (name: string): Random => stream(1, name);
  const built = await modelKind(model).build({ input, config, random, progress: async () => undefined });
  const graphs = await built.epochGraphs?.(0, new RecordingStep({ epoch: 0, stepInEpoch: 0, step: 0 }, random));
  if (graphs) built.useEpochGraphs?.(graphs);
  const trained = interactionMatrix(input.train, input.users, input.items);
  const sampler = newBatches(model, config, { input, trained }, 1);
  const steps = new Steps({ model: built, sampler, sizes: input, trace: null, random });
  let step = 0;
  const take = async (): Promise<void> => {
    step += 1;
    await steps.take({ epoch: 0, stepInEpoch: 1, step }, 1e-3, step === 1);
  };
  /** Time of so many steps, the device's work included. */
  const timed = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let k = 0; k < count; k++) await take();
    await steps.sums.read();
    return (performance.now() - start) / count;
  };
  try {
    // Shaders are compiled in the first.
    await timed(1);
    const second = await timed(1);
    if (second > SLOW_MS) return second;
    // On WebGPU two more make a capture.
    await timed(2);
    const last = await timed(1);
    return await timed(Math.max(1, Math.min(MOST_STEPS, Math.floor(BUDGET_MS / last))));
  } finally {
    steps.dispose();
    built.dispose();
  }
}

/** Data of a fixed size and make, the same for every device. */
function trialInput(features: boolean): ModelInput {
  const { users, items, perUser, embeddingSize } = TRIAL_DATA;
  const random = stream(1, 'trial');
  const matrix = (key: string, rows: number, columns: number): FeatureMatrix => ({
    key,
    ...heldRows(
      Float32Array.from({ length: rows * columns }, () => random.normal()),
      rows,
      columns,
    ),
  });
  return {
    users,
    items,
    train: popularInteractions(users, items, perUser, random),
    ratings: Float32Array.from({ length: users * perUser }, () => 1 + random.integer(5)),
    features: features ? [matrix('image', items, 256), matrix('text', items, 128)] : [],
    itemVectors: matrix('image_text', items, 256),
    userVectors: matrix('profiles', users, 256),
    attributes: [1, 2, 3].map((k) => matrix(`attribute_${k}`, items, 256)),
    preferredPairs: Int32Array.from({ length: 2 * users }, () => random.integer(items)),
    pretrained: matrix('pretrained', items, embeddingSize),
  };
}
