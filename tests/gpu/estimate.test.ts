import { testHost } from '#test-host';
import { expect, it } from 'vitest';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { everyCase } from '../helpers/cases';
import { smallStudy } from '../helpers/dataset';
import { soak } from '../helpers/soak';

for (const [model, { config: changes, ...sizes }] of everyCase(({ memory }) => (soak ? memory : memory.slice(0, 1)))) {
  it(`the memory estimated for ${model} with ${JSON.stringify(changes)} is within a quarter of what is used`, async () => {
    const { database, run } = await smallStudy(model, { epochs: 1, ...changes }, 'wasm', sizes);
    const ended = await executeRun(run.id, {
      database,
      deviceHost: await testHost(false),
      control: new RunControl(),
      emit: () => undefined,
      traceSteps: 0,
    });
    expect(ended.fault).toBeNull();
    const ratio = ended.estimate!.total / ended.memory!.peak;
    expect(ratio, String(ratio)).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });
}
