/**
 * The discrete Fourier transform along rows, orthonormal, of real rows of an even width d: frequencies k = 0…d/2. Products with
 * constant matrices stand for it, so that its gradient is a product too.
 */
import * as tf from '@tensorflow/tfjs-core';
import { matrix, matrixOf } from '../../engine/tensors';

/** Real and imaginary parts, `[n, d/2 + 1]` each. */
export interface Spectrum {
  readonly re: tf.Tensor2D;
  readonly im: tf.Tensor2D;
}

export interface Fourier {
  /** `Φ[k] = d^{-½} Σ_n x[n] e^{−2πikn/d}` of the rows of `x [n, d]`. */
  spectrum(x: tf.Tensor2D): Spectrum;
  /**
   * What a filter is to a spectrum, `[d/2 + 1, d]` twice: rows are `Re Φ · re + Im Φ · im` once every frequency was multiplied with
   * `w[k]` and transformed back. `filter [d/2 + 1, 2]` holds the real and imaginary parts of w.
   */
  filtered(filter: tf.Tensor2D): Spectrum;
  dispose(): void;
}

/** Throws for an odd width. */
export function fourier(width: number): Fourier {
  if (width % 2 !== 0) throw new Error(`Rows of ${width} numbers have no real frequency d/2.`);
  const frequencies = width / 2 + 1;
  const forth = { cos: new Float32Array(width * frequencies), sin: new Float32Array(width * frequencies) };
  const back = { cos: new Float32Array(width * frequencies), sin: new Float32Array(width * frequencies) };
  for (let k = 0; k < frequencies; k++) {
    const edge = k === 0 || k === width / 2;
    const twice = edge ? 1 : 2;
    for (let n = 0; n < width; n++) {
      const angle = (2 * Math.PI * ((k * n) % width)) / width;
      const cos = Math.cos(angle) / Math.sqrt(width);
      // sin πn is 0, not what rounding leaves of it.
      const sin = edge ? 0 : Math.sin(angle) / Math.sqrt(width);
      forth.cos[n * frequencies + k] = cos;
      forth.sin[n * frequencies + k] = -sin;
      back.cos[k * width + n] = twice * cos;
      back.sin[k * width + n] = -twice * sin;
    }
  }
  const [toRe, toIm] = [matrix(forth.cos, width, frequencies), matrix(forth.sin, width, frequencies)];
  const [fromRe, fromIm] = [matrix(back.cos, frequencies, width), matrix(back.sin, frequencies, width)];
  return {
    spectrum: (x) => ({ re: tf.matMul(x, toRe), im: tf.matMul(x, toIm) }),
    filtered: (filter) => {
      const re = tf.slice(filter, [0, 0], [frequencies, 1]);
      const im = tf.slice(filter, [0, 1], [frequencies, 1]);
      return {
        re: matrixOf(tf.add(tf.mul(re, fromRe), tf.mul(im, fromIm))),
        im: matrixOf(tf.sub(tf.mul(re, fromIm), tf.mul(im, fromRe))),
      };
    },
    dispose: () => tf.dispose([toRe, toIm, fromRe, fromIm]),
  };
}

/** The product of two spectra, frequency by frequency. */
export const spectrumProduct = (a: Spectrum, b: Spectrum): Spectrum => ({
  re: matrixOf(tf.sub(tf.mul(a.re, b.re), tf.mul(a.im, b.im))),
  im: matrixOf(tf.add(tf.mul(a.re, b.im), tf.mul(a.im, b.re))),
});
