import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type ModelId } from '../../src/domain/models/table';
import { BACKENDS } from '../helpers/device';
import { withoutClock } from '../helpers/clock';
import { available, execute, tinyStudy, type Backend, type Watched } from '../helpers/runs';

/** Where a run takes long, one or two models stand for all: their epochs are compared in a test of its own. */
const REPEATED: Readonly<Record<Backend, readonly ModelId[]>> = {
  cpu: ['lightgcn', 'mgcn'],
  wasm: MODEL_IDS,
  webgpu: ['lightgcn'],
};
const CHANGES: Partial<Record<ModelId, Config>> = { lightgcn: { epochs: 2 } };

const done = new Map<string, Promise<Watched>>();
/** A model's run on a backend, made once. */
function once(model: ModelId, backend: Backend): Promise<Watched> {
  const key = `${model} ${backend}`;
  const run =
    done.get(key) ??
    tinyStudy(model, { epochs: 1, ...CHANGES[model] }, backend).then((study) => execute(study, backend));
  done.set(key, run);
  return run;
}

for (const backend of BACKENDS) {
  describe(`a run on ${backend}`, () => {
    for (const model of REPEATED[backend]) {
      it(`of ${model} repeats bit for bit, and leaves no tensor`, async (context) => {
        if (!(await available(backend))) return context.skip();
        const a = await once(model, backend);
        const before = tf.engine().state.numTensors;
        const b = await execute(await tinyStudy(model, { epochs: 1, ...CHANGES[model] }, backend), backend);
        expect(tf.engine().state.numTensors).toBe(before);
        expect(a.run.status).toBe('finished');
        expect(withoutClock(a.run)).toEqual(withoutClock(b.run));
        expect(Object.keys(a.weights ?? {}).length).toBeGreaterThan(3);
        expect(a.weights).toEqual(b.weights);
      });
    }

    it('that pauses goes on as if it had not', async (context) => {
      if (!(await available(backend))) return context.skip();
      const plain = await once('lightgcn', backend);
      let pauses = 0;
      const paused = await execute(await tinyStudy('lightgcn', { epochs: 2 }, backend), backend, (event, control) => {
        if (event.type === 'intervals' && pauses === 0) {
          control.pause();
          pauses += 1;
        }
        if (event.type === 'status' && event.status === 'paused') setTimeout(() => control.resume(), 20);
      });
      expect(pauses).toBe(1);
      expect(withoutClock(paused.run)).toEqual(withoutClock(plain.run));
      expect(paused.weights).toEqual(plain.weights);
    });
  });
}
