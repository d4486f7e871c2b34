import type { RunArguments } from '../../cli/arguments';
import { withHeadlessPage } from '../../cli/headlessBrowser';
import { drive } from '../../cli/runInChromium';
import type { Config, ModelId } from '../../src/domain/models/table';
import { NOTHING_ANSWERED } from '../../src/domain/reading';

/** Milliseconds of Chromium's training thread in a step, by how it was taken. */
export interface ChromiumTimes {
  readonly ordinaryMs: number | null;
  readonly capturedMs: number | null;
  readonly failure: string | null;
}

const EPOCHS = 4;
/** Steps of an epoch are then enough to be told from its first. */
const BATCH = 512;

/**
 * What a step takes of the training worker's thread in Chromium, on whatever adapter there is: a run of the demo dataset for each model. The
 * device's time is not in it; a software adapter's work on the same cores lengthens it.
 */
export const timesInChromium = (
  models: readonly { readonly model: ModelId; readonly changes: Config }[],
  seed: number,
  heard: (model: ModelId, times: ChromiumTimes) => void,
): Promise<void> =>
  withHeadlessPage(true, async (first, address) => {
    for (const { model, changes } of models) {
      const page = await first.context().newPage();
      const request: RunArguments = {
        ...{ dataset: 'demo', model, preset: null, seed, backend: 'webgpu', allowSoftware: true, host: 'chromium' },
        ...{ changes: { ...changes, epochs: EPOCHS, batchSize: BATCH }, threads: null, trace: 0, out: '', json: false },
        reading: NOTHING_ANSWERED,
      };
      const said: string[] = [];
      const silent = { say: () => undefined, event: () => undefined, problem: () => undefined, fault: () => undefined };
      const run = await drive(page, address, request, silent).then(
        (answer) => answer.run,
        (error: unknown) => void said.push(error instanceof Error ? error.message : String(error)),
      );
      const { played = null, ordinary = null } = run?.steps?.threadMs ?? {};
      heard(model, {
        ordinaryMs: ordinary,
        capturedMs: played,
        failure: said[0] ?? run?.fault?.message ?? run?.steps?.refused ?? null,
      });
      await page.close();
    }
  });
