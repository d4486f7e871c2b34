import type { WgslSource } from '../kernelPair';

/** Squared lengths below it count as it: rows of zeros have no direction. */
export const LEAST_SQUARE = 1e-24;
const WORKGROUP = 64;

/** What a kernel reads: tables `[n, d]`, then lists, then it makes a table or a list. */
interface RowKernel {
  readonly tables: readonly string[];
  readonly lists?: readonly string[];
  readonly makes: 'table' | 'list';
}

/**
 * WGSL of a kernel whose invocation has a row of tables `[n, d]` to itself, so that what is summed along a row is summed once, in the
 * order of its columns. It stands for a chain of element-wise operations and reductions, each of which would be a dispatch.
 * In `body`, `row`, its `first` place and its `width` are known, in numbers of type `T`: four at once where rows divide by four.
 */
export function rowSource(
  { tables, lists = [], makes }: RowKernel,
  shapes: readonly (readonly number[])[],
  key: string,
  body: (T: string, dot: (a: string, b: string) => string) => string,
): WgslSource {
  const [rows = 0, columns = 0] = shapes[0] ?? [];
  const component = columns % 4 === 0 ? 4 : 1;
  const dot = (a: string, b: string): string => (component === 4 ? `dot(${a}, ${b})` : `(${a}) * (${b})`);
  return {
    key: `${key}_${component}`,
    inputComponents: [...tables.map(() => component), ...lists.map(() => 1)],
    outputComponent: makes === 'table' ? component : 1,
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(rows / WORKGROUP),
    code: `
      fn main(row : i32) {
        if (row >= uniforms.${tables[0]}Shape[0]) { return; }
        let width = uniforms.${tables[0]}Shape[1] / ${component};
        let first = row * width;
        ${body(component === 4 ? 'vec4<f32>' : 'f32', dot)}
      }`,
  };
}
