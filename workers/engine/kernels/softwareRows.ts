import { replaceOnSoftware } from '../replace';

/** With a vector the backend goes through workgroup memory; with a matrix of one row it does not. */
export function replaceSoftwareRowOperations(): void {
  for (const name of ['Add', 'Sub', 'Multiply']) {
    replaceOnSoftware(name, ({ inputs: { a, b }, attrs, stock }) => {
      if (!a || !b || a.shape.length < 2 || b.shape.length !== 1) return null;
      return stock({ a, b: { ...b, shape: [1, ...b.shape] } }, attrs);
    });
  }
}
