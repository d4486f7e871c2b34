import { completeConfig } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { openDevice, type DeviceHost } from '../../workers/engine/device';
import { RecordingStep } from '../../workers/engine/recordingStep';
import { modelKind } from '../../workers/models/registry';
import { stream } from '../../workers/numbers/rng';
import { newBatches } from '../../workers/training/batches';
import { openPeer, type PeerKernel } from './peer';
import type { BenchSet } from './sets';

/** Every operation of a step of the model in PyTorch, with what it moves and computes; nothing is timed. */
export async function peerWork(
  host: DeviceHost,
  model: ModelId,
  set: BenchSet,
  changes: Config,
  seed: number,
  script: string,
): Promise<PeerKernel[]> {
  const device = await openDevice(host, { backend: 'wasm', allowSoftware: true });
  const config = completeConfig(model, changes);
  const data = await set.read(model, config);
  const { input } = data;
  const random = (name: string) => stream(seed, name);
  const built = await modelKind(model).build({ input, config, random, progress: async () => undefined });
  const epochGraphs =
    (await built.epochGraphs?.(0, new RecordingStep({ epoch: 0, stepInEpoch: 0, step: 0 }, random))) ?? [];
  const sampler = newBatches(model, config, data, seed);
  const { stepsPerEpoch } = sampler;
  const batches = [sampler.next()];
  const peer = await openPeer(script, {
    ...{ id: model, config, data, model: built, epochGraphs, batches, stepsPerEpoch },
    card: false,
  });
  try {
    return await peer.work();
  } finally {
    peer.close();
    built.dispose();
    device.close();
  }
}
