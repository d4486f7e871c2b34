import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TrainingEvent } from '../../../src/domain/protocol';
import { watchThread } from '../../../src/state/threadWatch';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A thread whose events are given by the test; without locks. */
function watched() {
  let hear: (event: { data: TrainingEvent }) => void = () => undefined;
  const deaths: string[] = [];
  const worker = {
    postMessage: () => undefined,
    addEventListener: (_: string, listener: unknown) => (hear = listener as typeof hear),
  };
  const end = watchThread(worker as unknown as Worker, (reason) => deaths.push(reason), null);
  const say = (event: TrainingEvent): void => hear({ data: event });
  const live = async (seconds: number, every = 1): Promise<void> => {
    for (let second = 0; second < seconds; second += every) {
      await vi.advanceTimersByTimeAsync(1000 * every);
      say({ type: 'alive' });
    }
  };
  return { deaths, end, say, live };
}

const ALONE = 'it has not answered for too long';

const ESTIMATE = { parameters: 0, optimiser: 0, graphs: 0, constants: 0, step: 0, evaluation: 0, total: 0 };

it('a thread that trains and is silent for half a minute is lost', async () => {
  const { deaths, say, live } = watched();
  say({ type: 'status', status: 'running' });
  await live(20);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(deaths).toEqual([]);
  await vi.advanceTimersByTimeAsync(4000);
  expect(deaths[0]).toBe(ALONE);
});

it('one with long steps may be silent for longer, and one that prepares for as long as its size asks for', async () => {
  const slow = watched();
  slow.say({ type: 'status', status: 'running' });
  await slow.live(120, 13);
  await vi.advanceTimersByTimeAsync(38_000);
  expect(slow.deaths).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(slow.deaths[0]).toBe(ALONE);
  slow.end();

  const preparing = watched();
  preparing.say({ type: 'status', status: 'preparing' });
  await preparing.live(2);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(preparing.deaths).toEqual([]);
  await vi.advanceTimersByTimeAsync(8000);
  expect(preparing.deaths[0]).toBe(ALONE);
  preparing.end();

  const large = watched();
  large.say({ type: 'estimated', estimate: { ...ESTIMATE, total: 2 ** 30 } });
  await large.live(2);
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  expect(large.deaths).toEqual([]);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(large.deaths[0]).toBe(ALONE);
});

it('a page that was stopped itself has heard nothing, and that is no silence', async () => {
  const { deaths, say, live, end } = watched();
  say({ type: 'status', status: 'running' });
  await live(20);
  const now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now + 3_600_000);
  await vi.advanceTimersByTimeAsync(2000);
  expect(deaths).toEqual([]);
  end();
  vi.restoreAllMocks();
});

it('nothing is said of a thread that is not watched any more', async () => {
  const { deaths, say, live, end } = watched();
  say({ type: 'status', status: 'running' });
  await live(20);
  end();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(deaths).toEqual([]);
});
