import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';

/** `xᵀ` of a matrix, an invocation for each number. */
export const softwareTransposePair: KernelPair = {
  name: 'LodestoneSoftwareTranspose',
  inputs: ['x'],
  outputShape: ([[rows = 0, columns = 0] = []]) => [columns, rows],

  portable: ([x], output, [[rows = 0, columns = 0] = []]) => {
    if (!x) throw new Error('A transpose has an operand.');
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) output[c * rows + r] = x[r * columns + c]!;
  },

  wgsl: () => ({
    key: '',
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let rows = uniforms.xShape[0];
          result[index] = x[(index % rows) * uniforms.xShape[1] + index / rows];
        }
      }`,
  }),
};

/** The backend goes through workgroup memory. */
export function replaceSoftwareTranspose(): void {
  replaceOnSoftware('Transpose', ({ inputs: { x }, attrs: { perm }, backend }) => {
    if (!x || x.dtype !== 'float32' || x.shape.length !== 2 || !Array.isArray(perm) || perm[0] !== 1) return null;
    return runOnDevice(backend, softwareTransposePair, [x], {});
  });
}
