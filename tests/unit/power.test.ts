import { describe, expect, it } from 'vitest';
import { detectable, POWER, scatterOf } from '../../src/domain/power';
import { completeConfig } from '../../src/domain/models/catalogue';
import { newRun } from '../../src/domain/run';
import { memoryDatabase } from '../../src/storage/database';
import { readDetails, writeRun } from '../../src/storage/runs';
import { comparePaired } from '../../workers/analysis/significance';
import { generateDemo } from '../../workers/dataset/demo';
import { stream } from '../../workers/numbers/rng';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';

/** Recall@20 of every test user in two real runs on the demo data. */
async function perUser(): Promise<readonly [Float32Array, Float32Array]> {
  const database = memoryDatabase();
  const { id, name, fingerprint } = await generateDemo(database, 'd', {
    seed: 1,
    users: 600,
    items: 200,
    variant: 'plain',
  });
  const values: Float32Array[] = [];
  for (const model of ['userknn', 'itemknn']) {
    const experiment = {
      model,
      config: completeConfig(model, {}),
      seed: 1,
      dataset: { id, name, fingerprint },
      backend: 'cpu',
      allowSoftware: true,
    } as const;
    await writeRun(database, newRun(model, model, experiment, '2026-01-01T00:00:00.000Z'));
    const host = {
      deviceHost: { gpu: null, wasmPaths: {}, fetchWasm: false, helpers: null },
      control: new RunControl(),
    };
    await executeRun(model, { ...host, database, emit: () => undefined, traceSteps: 0 });
    values.push((await readDetails(database, model))!.perUser.values['recall@20']);
  }
  return [values[0]!, values[1]!];
}

/** Share of `rounds` comparisons of resampled users in which a true difference is found. */
function found(differences: Float64Array, truth: number, rounds: number): number {
  const random = stream(5, 'resampling');
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  let significant = 0;
  for (let round = 0; round < rounds; round++) {
    const sample = Float64Array.from(
      differences,
      () => differences[random.integer(differences.length)]! - mean + truth,
    );
    if ((comparePaired(sample, new Float64Array(sample.length)).t.p ?? 1) < 0.05) significant += 1;
  }
  return significant / rounds;
}

describe('the power of a comparison', () => {
  it('is what a simulation from two real runs finds', async () => {
    const [a, b] = await perUser();
    const differences = Float64Array.from(a, (value, user) => value - b[user]!);
    const scatter = scatterOf([differences])!;
    const least = detectable(scatter, 1)!;
    expect(least).toBeGreaterThan(0.001);
    // Binomial standard error of 400 rounds at .8: .02.
    expect(found(differences, least, 400)).toBeGreaterThan(POWER - 0.06);
    expect(found(differences, least, 400)).toBeLessThan(POWER + 0.06);
    expect(found(differences, least / 2, 400)).toBeLessThan(0.5);
  });

  it('with several seeds agrees with a simulation of users and seeds', () => {
    const random = stream(9, 'made');
    const [users, tau, omega, sigma] = [400, 0.2, 0.3, 0.01];
    const draw = (seeds: number, truth: number): Float64Array[] => {
      const lasting = Float64Array.from({ length: users }, () => tau * random.normal());
      return Array.from({ length: seeds }, () => {
        const together = sigma * random.normal();
        return lasting.map((value) => truth + value + together + omega * random.normal());
      });
    };
    const scatter = scatterOf(draw(200, 0))!;
    const means = (sets: readonly Float64Array[]): number =>
      sets.reduce((sum, set) => sum + set.reduce((s, value) => s + value, 0) / users, 0) / sets.length;
    for (const seeds of [1, 5]) {
      const least = detectable(scatter, seeds)!;
      const all = Array.from({ length: 1500 }, () => means(draw(seeds, 0)));
      const deviation = Math.sqrt(all.reduce((sum, value) => sum + value ** 2, 0) / all.length);
      expect(Math.abs(least / (2.8016 * deviation) - 1)).toBeLessThan(0.08);
    }
    expect(detectable(scatter, 5)!).toBeLessThan(detectable(scatter, 1)!);
  });

  it('says nothing of seeds that it has not seen', () => {
    const scatter = scatterOf([Float64Array.of(0.1, 0.2, 0.4)])!;
    expect(scatter).toMatchObject({ users: 3, seeds: 1, withinUsers: null, ofMeans: null });
    expect(detectable(scatter, 5)).toBeNull();
    expect(scatterOf([])).toBeNull();
    expect(detectable({ ...scatter, users: 1 }, 1)).toBeNull();
  });
});
