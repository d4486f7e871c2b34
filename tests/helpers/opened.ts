import type { Matrix, Opened } from '../../workers/formats/format';

/** The one matrix of a file that holds nothing else. */
export function onlyMatrix(opened: Opened): Matrix {
  if (opened.kind !== 'arrays') throw new Error(opened.kind);
  const [array, ...others] = opened.arrays;
  if (array?.kind !== 'matrix' || others.length > 0) throw new Error(opened.arrays.map(({ kind }) => kind).join());
  return array.matrix;
}
