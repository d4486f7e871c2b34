import { readFloats } from '../../engine/backends';
import { overwrite, type Parameter } from '../../engine/parameters';
import type { NamedInput } from '../model';

/** A parameter that stays as it was drawn, for the audit trace. */
export const untrained = (parameter: Parameter): NamedInput => ({
  name: parameter.name,
  meaning: `${parameter.meaning}; never trained`,
  shape: parameter.tensor.shape,
  read: () => readFloats(parameter.tensor),
  replace: (values) => overwrite(parameter, values),
});
