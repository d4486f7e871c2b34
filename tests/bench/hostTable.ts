import type { HostFigures } from './hostTime';

export interface HostRow {
  readonly model: string;
  readonly figures: HostFigures | null;
  readonly failure: string | null;
}

/** Devices that are declared, not measured: memory in GB/s, arithmetic in TFLOP/s. */
const DEVICES = [
  { name: 'integrated', bandwidth: 50, arithmetic: 1 },
  { name: 'laptop', bandwidth: 300, arithmetic: 10 },
  { name: 'card', bandwidth: 1000, arithmetic: 60 },
] as const;
const LAUNCH_MS = 0.004;

/** Milliseconds that a device needs for a step, each kernel bound by what it moves or by what it computes. */
export function deviceMs({ programs }: HostFigures, { bandwidth, arithmetic }: (typeof DEVICES)[number]): number {
  return programs.reduce(
    (sum, { bytes, flops }) => sum + LAUNCH_MS + Math.max(bytes / (bandwidth * 1e6), flops / (arithmetic * 1e9)),
    0,
  );
}

const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));

/** Host times, and beside them what declared devices would need: the larger of the two bounds a step. */
export function hostTableOf(rows: readonly HostRow[]): string {
  const head = [
    'model',
    'batch',
    'kernels',
    'ordinary ms',
    'captured ms',
    'saved',
    ...DEVICES.map(({ name }) => `${name} ms`),
  ];
  const lines = rows.map(({ model, figures, failure }) => {
    if (!figures) return [model, failure ?? 'no figures'];
    const { batchSize, kernels, ordinaryMs, capturedMs, refused } = figures;
    const saved = capturedMs === null ? (refused ?? '–') : `${(100 * (1 - capturedMs / ordinaryMs)).toFixed(0)} %`;
    return [
      model,
      String(batchSize),
      String(kernels),
      number(ordinaryMs),
      number(capturedMs),
      saved,
      ...DEVICES.map((device) => {
        const needs = deviceMs(figures, device);
        return `${number(needs)} (${needs > (capturedMs ?? ordinaryMs) ? 'device' : 'host'})`;
      }),
    ];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
