import { readFloats } from './backends';
import type { Parameter } from './kernels/adam';

/** Values of all parameters by name, read back. */
export async function readValues(parameters: readonly Parameter[]): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {};
  for (const parameter of parameters) values[parameter.name] = await readFloats(parameter.tensor);
  return values;
}
