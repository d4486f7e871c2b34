import { startConfig } from '../domain/presets';
import type { DatasetDocument } from '../domain/dataset';
import type { ModelId } from '../domain/models/table';
import { useDatasets } from './datasets';
import { useDevice } from './device';
import { useRuns } from './runs';

/** Epochs that are enough to see a router move. */
const EPOCHS = 10;

/** Queues a short run of a model on the demo data, which is made where it is not there yet; null where that fails, and the page says why. */
export async function startOnDemo(model: ModelId): Promise<string | null> {
  const dataset = await demo();
  if (!dataset) return null;
  const { backend, allowSoftware } = useDevice.getState().preference;
  const { id, name, fingerprint } = dataset;
  const experiment = {
    model,
    config: startConfig(model, null, { epochs: EPOCHS }, dataset),
    seed: 999,
    dataset: { id, name, fingerprint },
    backend,
    allowSoftware,
  };
  await useDatasets.getState().select(id);
  const [run] = await useRuns.getState().enqueue([{ experiment }]);
  return run ?? null;
}

/** The demo dataset, once it is there. */
function demo(): Promise<DatasetDocument | null> {
  const found = (): DatasetDocument | undefined =>
    useDatasets.getState().datasets.find(({ source }) => source.kind === 'demo');
  const here = found();
  if (here) return Promise.resolve(here);
  if (useDatasets.getState().job === null) useDatasets.getState().makeDemo();
  return new Promise((resolve) => {
    const unsubscribe = useDatasets.subscribe(({ job }) => {
      const made = found();
      if (!made && job && job.stage.name !== 'failed') return;
      unsubscribe();
      resolve(made ?? null);
    });
  });
}
