import type { RunSummary } from './run';

/** A device that runs were computed on, and which. */
export interface DeviceRuns<Run> {
  readonly backend: string;
  readonly name: string;
  readonly runs: readonly Run[];
}

/** What runs were computed on, the most used first. */
export function devicesOf<Run extends Pick<RunSummary, 'device'>>(runs: readonly Run[]): DeviceRuns<Run>[] {
  const found = new Map<string, DeviceRuns<Run>>();
  for (const run of runs) {
    const { backend, name } = run.device ?? { backend: 'unknown', name: 'an unknown device' };
    const key = `${backend}: ${name}`;
    found.set(key, { backend, name, runs: [...(found.get(key)?.runs ?? []), run] });
  }
  return [...found.values()].sort((a, b) => b.runs.length - a.runs.length);
}

/** Whether the numbers may differ for it: other backends, or other graphics cards. Threads of WASM change no bit. */
export const isMixed = (devices: readonly DeviceRuns<unknown>[]): boolean =>
  new Set(devices.map(({ backend, name }) => (backend === 'webgpu' ? `${backend}: ${name}` : backend))).size > 1;

/** What that means. */
export const MIXED_DEVICES =
  'The same run on another backend or graphics card differs in the last digits, and may end in another epoch. Small differences may be the device’s: compare with that in mind, or run all on one.';
