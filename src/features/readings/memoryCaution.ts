import { WASM_BYTES } from '../../domain/backend';
import type { MemoryEstimate } from '../../domain/run';
import { formatBytes } from '../../ui/format';

/** GiB of memory as the browser tells them, which rounds and stops at a number of its own; null where it does not tell. */
export const machineMemory = (): number | null =>
  'deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory : null;

/** Why a run may not fit this browser, where it may not: on WASM, the tab holds the device's memory too. */
export function memoryCaution({ total, host }: MemoryEstimate, machineGib: number | null): string | null {
  if (total > WASM_BYTES)
    return `WASM will refuse this run: it needs about ${formatBytes(total)}, and WebAssembly can address at most ${formatBytes(WASM_BYTES)}. Use WebGPU, or lower the batch or embedding size.`;
  if (!host || machineGib === null) return null;
  const memory = machineGib * 2 ** 30;
  const said = `This machine has about ${formatBytes(memory)} of memory, as far as the browser tells.`;
  if (host.total > memory)
    return `This tab will need about ${formatBytes(host.total)}, on WebGPU too. ${said} The browser may end the tab: freeze the feature tables, or lower the embedding size.`;
  if (host.withDevice > memory)
    return `On WASM this tab will need about ${formatBytes(host.withDevice)}. ${said} The browser may end the tab: use WebGPU, or lower the batch or embedding size.`;
  return null;
}
