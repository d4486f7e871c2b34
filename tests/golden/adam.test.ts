import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readFloats } from '../../workers/engine/backends';
import { Adam, ADAM_DEFAULTS } from '../../workers/engine/kernels/adam';
import { disposeParameter, newParameter, restoreParameter, saveParameter } from '../../workers/engine/parameters';
import { floats } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, worst } from '../helpers/device';

interface Reference {
  after: number[];
  update: number[];
  m: number[];
  v: number[];
}

interface Golden {
  cases: {
    name: string;
    betas: [number, number];
    eps: number;
    initial: number[];
    steps: { lr: number; gradient: number[]; float64: Reference; float32: Reference }[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/adam.json', import.meta.url), 'utf8')) as Golden;

/** What “equal” means for Adam: a difference of at most 1e-4 of the step's largest update. */
const STEP = 1e-4;
/** Tolerance of a moment, in units of its summands: float32 rounds each of them. */
const MOMENT = 1e-6;

for (const backend of BACKENDS) {
  describeOn(backend, 'Adam', (test) => {
    for (const {
      name,
      betas: [beta1, beta2],
      eps,
      initial,
      steps,
    } of golden.cases) {
      for (const interrupted of [false, true]) {
        test(`takes PyTorch's steps${interrupted ? ', also through a checkpoint after each' : ''}: ${name}`, async () => {
          const settings = { ...ADAM_DEFAULTS, beta1, beta2, epsilon: eps };
          const parameter = newParameter('theta', '', [initial.length], Float32Array.from(initial));
          let adam = new Adam(settings);
          let before: Reference | null = null;
          for (const { lr, gradient, float64 } of steps) {
            const tensor = floats(Float32Array.from(gradient));
            adam.step([parameter], [tensor], lr);
            tensor.dispose();
            const largest = Math.max(...float64.update.map(Math.abs));
            expect(worst(await readFloats(parameter.tensor), float64.after)).toBeLessThanOrEqual(STEP * largest);
            const first = await readFloats(parameter.first);
            const second = await readFloats(parameter.second);
            gradient.forEach((g, i) => {
              expect(Math.abs(first[i]! - float64.m[i]!), `m[${i}]`).toBeLessThanOrEqual(
                MOMENT * (Math.abs(before?.m[i] ?? 0) + Math.abs(g)),
              );
              expect(Math.abs(second[i]! - float64.v[i]!), `v[${i}]`).toBeLessThanOrEqual(
                MOMENT * ((before?.v[i] ?? 0) + g * g),
              );
            });
            before = float64;
            if (interrupted) {
              const saved = await saveParameter(parameter);
              const count = adam.steps;
              const noise = floats(new Float32Array(initial.length).fill(3));
              adam.step([parameter], [noise], 1);
              noise.dispose();
              restoreParameter(parameter, saved);
              adam = new Adam(settings);
              adam.restore(count);
            }
          }
          disposeParameter(parameter);
        });
      }
    }
  });
}
