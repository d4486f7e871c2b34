import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../../src/domain/backend';
import { Adam, ADAM_DEFAULTS } from '../../workers/engine/kernels/adam';
import type { Parameter } from '../../workers/engine/parameters';

type Kernel = tf.KernelConfig['kernelFunc'];
type Moments = { -readonly [K in keyof Parameter]: Parameter[K] };

/** What tfjs brings itself, and Lodestone replaces. On WebGPU and the CPU it replaces nothing. */
const REPLACED_ON_WASM = [
  'BatchMatMul',
  'Concat',
  'Exp',
  'GatherV2',
  'Greater',
  'GreaterEqual',
  'Identity',
  'Slice',
  'SplitV',
  'Sum',
  'Tanh',
  'Unpack',
];

/** The kernels that tfjs registers, before a device is opened that replaces some. */
export async function stockKernels(backend: BackendName): Promise<ReadonlyMap<string, tf.KernelConfig>> {
  if (backend !== 'wasm') return new Map();
  await import('@tensorflow/tfjs-backend-wasm');
  return new Map(
    REPLACED_ON_WASM.flatMap((name) => {
      const kernel = tf.getKernel(name, backend);
      return kernel ? [[name, kernel] as const] : [];
    }),
  );
}

export interface StockSwitch {
  use(stock: boolean): void;
  dispose(): void;
}

/**
 * On the open device, before what is measured is built: puts compositions of stock tfjs kernels in the place of Lodestone's own, and back. MAGNET's scores of all pairs have no such
 * composition that fits in memory; they stay. The numbers agree up to the order of sums and the draws.
 */
export function stockSwitch(backend: BackendName, originals: ReadonlyMap<string, tf.KernelConfig>): StockSwitch {
  const compositions: Record<string, Kernel> = {
    LodestoneCsrProduct: csrProduct(backend),
    LodestoneMaskedTopK: maskedTopK,
    LodestoneUniformDraws: uniformDraws,
    LodestoneTopMask: topMask,
  };
  const own = new Map<string, tf.KernelConfig>();
  const stock = new Map(originals);
  for (const name of [...Object.keys(compositions), ...originals.keys()]) {
    const kernel = tf.getKernel(name, backend);
    if (!kernel) continue;
    own.set(name, kernel);
    const kernelFunc = compositions[name];
    if (kernelFunc) stock.set(name, { ...kernel, kernelFunc });
  }
  const ownStep = Adam.prototype.step;
  const forget = rememberUploads();
  let active = false;
  Adam.prototype.step = function step(...given) {
    if (active) composedAdam(this, ...given);
    else ownStep.apply(this, given);
  };
  const use = (wanted: boolean): void => {
    if (wanted === active) return;
    active = wanted;
    for (const [name, kernel] of wanted ? stock : own) {
      tf.unregisterKernel(name, backend);
      tf.registerKernel(kernel);
    }
  };
  return {
    use,
    dispose: () => {
      use(false);
      tf.dispose([...entryRows.values()]);
      entryRows.clear();
      forget();
      Adam.prototype.step = ownStep;
    },
  };
}

/** Integers as they were uploaded: a device cannot be read at once. */
const uploaded = new WeakMap<object, ArrayLike<number>>();
const known = (tensor: tf.Tensor): ArrayLike<number> => uploaded.get(tensor.dataId) ?? tensor.dataSync();

/** Remembers integers that are uploaded from here on. */
function rememberUploads(): () => void {
  const backend = tf.backend();
  const write = backend.write.bind(backend);
  backend.write = (values, shape, type) => {
    const id = write(values, shape, type);
    if (values instanceof Int32Array) uploaded.set(id, values);
    return id;
  };
  return () => (backend.write = write);
}

/** The row of each entry of a graph, once per graph: a program on stock kernels would keep its graph that way from the start. */
const entryRows = new Map<object, tf.Tensor1D>();

/**
 * `Σ_k values[k] · x[columns[k]]`: gather, multiply, sum by row. The sum by segments is missing on WASM, and on CPU goes through
 * all entries for each row; scattering adds up there.
 */
const csrProduct =
  (backend: BackendName): Kernel =>
  ({ inputs, attrs }) => {
    const { rowPointers, columnIndices, x, weights, addend } = inputs as Record<string, tf.Tensor>;
    const rows = rowPointers!.size - 1;
    const width = x!.shape[1]!;
    return tf.tidy(() => {
      const row = rowsOf(rowPointers!, columnIndices!.size, weights !== undefined);
      const taken = tf.gather(x!, columnIndices as tf.Tensor1D);
      const products = weights ? tf.mul(taken, tf.reshape(weights, [-1, 1])) : taken;
      // Entries that no row points at belong to one row more, which is cut off.
      const sums: tf.Tensor =
        backend === 'webgpu'
          ? tf.unsortedSegmentSum(products as tf.Tensor2D, row, rows + 1)
          : tf.scatterND(tf.reshape(row, [-1, 1]), products, [rows + 1, width]);
      const product = tf.slice(sums, [0, 0], [rows, width]);
      return addend ? tf.mul(tf.add(addend, product), Number(attrs?.['scale'] ?? 1)) : product;
    });
  };

function rowsOf(pointers: tf.Tensor, entries: number, constant: boolean): tf.Tensor1D {
  const made = entryRows.get(pointers.dataId);
  if (made) return made;
  const source = known(pointers);
  const rows = new Int32Array(entries).fill(pointers.size - 1);
  for (let row = 0; row + 1 < source.length; row++) rows.fill(row, source[row], source[row + 1]);
  const tensor = tf.tensor1d(rows, 'int32');
  if (constant) entryRows.set(pointers.dataId, tf.keep(tensor));
  return tensor;
}

/** Masked entries are lowered before the stock top-k. */
const maskedTopK: Kernel = ({ inputs, attrs }) => {
  const { scores, rowIds, maskPointers, maskColumns } = inputs as Record<string, tf.Tensor>;
  const k = Number(attrs?.['k'] ?? 1);
  const [rows, columns] = scores!.shape as [number, number];
  return tf.tidy(() => {
    const [ids, pointers, masked] = [rowIds!, maskPointers!, maskColumns!].map(known);
    const mask = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const id = ids![row]!;
      for (let m = pointers![id]!; m < pointers![id + 1]!; m++) mask[row * columns + masked![m]!] = -1e10;
    }
    const { values, indices } = tf.topk(tf.add(scores!, tf.tensor2d(mask, [rows, columns])), k);
    return tf.concat([tf.cast(indices, 'float32'), values], 1);
  });
};

const uniformDraws: Kernel = ({ inputs, attrs }) =>
  tf.randomUniform([(inputs['ids'] as tf.Tensor).size, Number(attrs?.['width'] ?? 1)]);

/** Fewer than `top` others are greater, or as great and before it. */
const topMask: Kernel = ({ inputs, attrs }) =>
  tf.tidy(() => {
    const x = inputs['x'] as tf.Tensor2D;
    const [rows, columns] = x.shape;
    const [own, other] = [tf.reshape(x, [rows, columns, 1]), tf.reshape(x, [rows, 1, columns])];
    const before = tf.tensor3d(
      Float32Array.from({ length: columns * columns }, (_, k) => Number(k % columns < Math.floor(k / columns))),
      [1, columns, columns],
    );
    const ties = tf.mul(tf.cast(tf.equal(other, own), 'float32'), before);
    return tf.cast(
      tf.less(tf.sum(tf.add(tf.cast(tf.greater(other, own), 'float32'), ties), 2), Number(attrs?.['top'] ?? 1)),
      'float32',
    );
  });

/** Adam as tfjs composes it, with PyTorch's ε. */
function composedAdam(
  adam: Adam,
  parameters: readonly Parameter[],
  gradients: readonly tf.Tensor[],
  learningRate: number,
): void {
  adam.restore(adam.steps + 1);
  const { beta1, beta2, epsilon } = ADAM_DEFAULTS;
  parameters.forEach((parameter: Moments, place) => {
    const gradient = gradients[place]!;
    const [first, second, value] = tf.tidy(() => {
      const m = tf.add(tf.mul(parameter.first, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(parameter.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const scale = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** adam.steps)), epsilon);
      return [
        m,
        v,
        tf.sub(parameter.tensor, tf.mul(tf.div(tf.div(m, 1 - beta1 ** adam.steps), scale), learningRate)),
      ] as const;
    });
    tf.dispose([parameter.first, parameter.second, parameter.tensor]);
    parameter.first = tf.keep(first);
    parameter.second = tf.keep(second);
    parameter.tensor = tf.keep(value);
  });
}
