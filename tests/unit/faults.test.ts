import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differences, type Remains } from '../faults/compare';
import { FAULTS } from '../faults/faults';
import { modelIds } from '../faults/models';
import { planned, type PlanOptions } from '../faults/plan';
import { promises, summary, table, violationsOf } from '../faults/report';
import { MODEL_IDS } from '../../src/domain/models/catalogue';

const OPTIONS: PlanOptions = { seed: 5, models: ['a', 'b'], faults: FAULTS, perRun: 3 };

function some(options: PlanOptions, count: number) {
  const runs = planned(options);
  return Array.from({ length: count }, () => {
    const { number, model, injections, random } = runs.next().value;
    return { number, model, injections: injections.map(({ fault, at }) => [fault.name, at]), drawn: random.next() };
  });
}

describe('what happens when', () => {
  it('follows from the seed', () => {
    expect(some(OPTIONS, 20)).toEqual(some(OPTIONS, 20));
    expect(some(OPTIONS, 20)).not.toEqual(some({ ...OPTIONS, seed: 6 }, 20));
  });

  it('comes to every fault and every model equally often, in order, and what ends a run comes last', () => {
    const runs = some(OPTIONS, FAULTS.length * 2);
    const counts = new Map<string, number>();
    for (const { injections } of runs)
      for (const [name] of injections) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(FAULTS.map(({ name }) => name).sort());
    expect(new Set([...counts].flatMap(([name, count]) => (name === 'delete-elsewhere' ? [] : count)))).toEqual(
      new Set([6]),
    );
    expect(runs.filter(({ model }) => model === 'a')).toHaveLength(FAULTS.length);
    for (const { injections } of runs) {
      const lasting = injections.filter(([name]) => name !== 'delete-elsewhere').map(([, at]) => Number(at));
      expect(lasting).toEqual([...lasting].sort((a, b) => a - b));
      expect(injections.slice(0, -1).every(([name]) => name !== 'delete-elsewhere')).toBe(true);
    }
  });
});

describe('faults', () => {
  it('have names of their own, and every model is among those that they come to', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect(modelIds()).toEqual([...MODEL_IDS].sort());
  });

  it('are those of docs/reliability.md, with what is promised there', () => {
    expect(readFileSync('docs/reliability.md', 'utf8')).toContain(`\n${promises(FAULTS)}\n`);
  });
});

describe('what two runs left', () => {
  const remains: Remains = {
    document: { status: 'finished', epochs: [{ epoch: 0, total: 0.1 + 0.2 }] },
    weights: 'a',
    latest: 'nothing',
    details: 'b',
    keys: ['runs …', 'runs …/document'],
  };

  it('is the same to the last bit, or is not', () => {
    expect(differences(remains, structuredClone(remains))).toEqual([]);
    const other = { ...remains, document: { status: 'finished', epochs: [{ epoch: 0, total: 0.3 }] } };
    expect(differences(remains, other)).toEqual(['document.epochs.0.total: 0.3 in place of 0.30000000000000004']);
    expect(differences(remains, { ...remains, weights: 'c' })).toEqual(['weights: "c" in place of "a"']);
    expect(differences(remains, { ...remains, keys: [...remains.keys, 'settings edits/…'] })).toHaveLength(1);
    expect(differences(remains, { ...remains, document: { ...remains.document, epochs: [] } })).toHaveLength(1);
  });
});

describe('the report', () => {
  const outcome = {
    run: 1,
    model: 'a',
    fault: 'reload',
    step: 7,
    repeated: 1.25,
    presses: 1,
    seconds: 2,
    violations: [],
  };
  const soak = {
    seed: 5,
    minutes: 1,
    outcomes: [outcome, { ...outcome, run: 2, model: 'b', repeated: 0.5, violations: ['it is gone'] }],
    missed: 3,
    notBegun: [],
  };

  it('counts what was survived, and the most that it cost', () => {
    expect(table(soak).split('\n')[2]).toBe('| reload | 2 | 2 | 1 | 1.3 | 1 | 2.0 |');
    expect(summary(soak)).toContain('2 injections in 1 minutes (seed 5), of which 1 were survived. 3 more');
    expect(violationsOf(soak)).toEqual(['seed 5, run 2: reload in b at step 7: it is gone']);
  });
});
