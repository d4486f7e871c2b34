/**
 * The discrete Fourier transform along rows, orthonormal, of real rows of an even width d: frequencies k = 0…d/2. Products with
 * constant matrices stand for it, so that its gradient is a product too. Spectra are rows of `d + 2` numbers, the real parts before the
 * imaginary ones; `complexProduct` multiplies them.
 */
import * as tf from '@tensorflow/tfjs-core';
import { matrix, matrixOf } from '../../engine/tensors';

export interface Fourier {
  /** `Φ[k] = d^{-½} Σ_n x[n] e^{−2πikn/d}` of the rows of `x [n, d]`, `[n, d + 2]`. */
  spectrum(x: tf.Tensor2D): tf.Tensor2D;
  /** What a spectrum is multiplied with to be rows again, `[d + 2, d]`. */
  readonly back: tf.Tensor2D;
  dispose(): void;
}

/** Throws for an odd width. */
export function fourier(width: number): Fourier {
  if (width % 2 !== 0) throw new Error(`Rows of ${width} numbers have no real frequency d/2.`);
  const frequencies = width / 2 + 1;
  const forth = new Float32Array(width * 2 * frequencies);
  const back = new Float32Array(width * 2 * frequencies);
  for (let k = 0; k < frequencies; k++) {
    const edge = k === 0 || k === width / 2;
    const twice = edge ? 1 : 2;
    for (let n = 0; n < width; n++) {
      const angle = (2 * Math.PI * ((k * n) % width)) / width;
      const cos = Math.cos(angle) / Math.sqrt(width);
      // sin πn is 0, not what rounding leaves of it.
      const sin = edge ? 0 : Math.sin(angle) / Math.sqrt(width);
      forth[n * 2 * frequencies + k] = cos;
      forth[n * 2 * frequencies + frequencies + k] = -sin;
      back[k * width + n] = twice * cos;
      back[(frequencies + k) * width + n] = -twice * sin;
    }
  }
  const [there, again] = [matrix(forth, width, 2 * frequencies), matrix(back, 2 * frequencies, width)];
  return { spectrum: (x) => tf.matMul(x, there), back: again, dispose: () => tf.dispose([there, again]) };
}

/** A filter `[d/2 + 1, 2]`, real and imaginary parts side by side, as one row of a spectrum, `[1, d + 2]`. */
export const filterRow = (filter: tf.Tensor2D): tf.Tensor2D =>
  matrixOf(tf.reshape(tf.transpose(filter), [1, filter.size]));
