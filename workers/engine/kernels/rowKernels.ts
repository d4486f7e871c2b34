import type { KernelPair, WgslSource } from '../kernelPair';

/**
 * Kernels whose invocation has a row of tables `[n, d]` to itself, so that what is summed along a row is summed once, in the
 * order of its columns. They stand for chains of element-wise operations and reductions, each of which would be a dispatch.
 */
interface RowKernel {
  readonly name: string;
  /** Tables `[n, d]`; the first tells how long rows are. */
  readonly tables: readonly string[];
  /** After them lists `[n]`, a number for each row. */
  readonly lists?: readonly string[];
  readonly scalars?: readonly string[];
  readonly makes: 'table' | 'list';
}

/** Squared lengths below it count as it: rows of zeros have no direction. */
export const LEAST_SQUARE = 1e-24;

/** WGSL of a row kernel: `row` and `width` (in components) are known; `T` is `vec4<f32>` where rows divide by four, else `f32`. */
export function rowSource(
  { tables, lists = [], scalars = [], makes }: RowKernel,
  shapes: readonly (readonly number[])[],
  key: string,
  body: (dot: (a: string, b: string) => string) => string,
): WgslSource {
  const [rows = 0, columns = 0] = shapes[0] ?? [];
  const component = columns % 4 === 0 && columns > 0 ? 4 : 1;
  const dot = (a: string, b: string): string => (component === 4 ? `dot(${a}, ${b})` : `(${a}) * (${b})`);
  const workgroupSize = 64;
  return {
    key: `${key}_${component}`,
    inputComponents: [...tables.map(() => component), ...lists.map(() => 1), ...scalars.map(() => 1)],
    outputComponent: makes === 'table' ? component : 1,
    workgroupSize,
    workgroups: Math.ceil(rows / workgroupSize),
    code: `
      fn main(row : i32) {
        if (row < ${tables[0]}Rows()) {
          let width = uniforms.${tables[0]}Shape[1] / ${component};
          let first = row * width;
          ${body(dot)}
        }
      }
      fn ${tables[0]}Rows() -> i32 { return uniforms.${tables[0]}Shape[0]; }`,
  };
}

export const named = ({ tables, lists = [], scalars = [] }: RowKernel): KernelPair['inputs'] => [
  ...tables,
  ...lists,
  ...scalars,
];
