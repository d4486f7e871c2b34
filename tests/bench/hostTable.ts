import type { ChromiumTimes } from './chromiumHost';
import type { HostFigures, Kernel } from './hostTime';

export interface HostRow {
  readonly model: string;
  readonly figures: HostFigures | null;
  readonly failure: string | null;
  /** Operations of the same step in PyTorch; null where it was not asked. */
  readonly peer: readonly Kernel[] | null;
  readonly chromium: ChromiumTimes | null;
}

/** Devices that are declared, not measured: memory in GB/s, arithmetic in TFLOP/s. */
export const DEVICES = [
  { name: 'integrated', bandwidth: 50, arithmetic: 1 },
  { name: 'laptop', bandwidth: 300, arithmetic: 10 },
  { name: 'card', bandwidth: 1000, arithmetic: 60 },
] as const;
const LAUNCH_MS = 0.004;

/** Milliseconds that a device needs for kernels, each bound by what it moves or by what it computes. */
export function deviceMs(kernels: readonly Kernel[], device: (typeof DEVICES)[number]): number {
  const { bandwidth, arithmetic } = device;
  return kernels.reduce(
    (sum, { bytes, flops }) => sum + LAUNCH_MS + Math.max(bytes / (bandwidth * 1e6), flops / (arithmetic * 1e9)),
    0,
  );
}

const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));

type Cells = readonly string[];

const tableText = (head: Cells, lines: readonly Cells[]): string =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/**
 * Host times, and beside them what declared devices would need: the larger of the two bounds a step. Then, where PyTorch was asked, its
 * operations on the same devices; where Chromium was, its training thread.
 */
export function hostTableOf(rows: readonly HostRow[]): string {
  const names = DEVICES.map(({ name }) => name);
  const head = [
    'model',
    'batch',
    'kernels',
    'ordinary ms',
    'captured ms',
    'ratio',
    ...names.map((name) => `${name} ms`),
  ];
  const parts = [tableText([...head, 's per epoch, card'], rows.map(hostLine))];
  const compared = rows.filter(({ peer }) => peer);
  if (compared.length > 0)
    parts.push(
      tableText(
        ['model', 'operations in PyTorch', ...names.map((name) => `${name} ms: ours, PyTorch’s`)],
        compared.map(peerLine),
      ),
    );
  const browsed = rows.filter(({ chromium }) => chromium);
  if (browsed.length > 0)
    parts.push(tableText(['model', 'Chromium: ordinary ms', 'captured ms', 'ratio'], browsed.map(chromiumLine)));
  return parts.join('\n');
}

function hostLine({ model, figures, failure }: HostRow): Cells {
  if (!figures) return [model, failure ?? 'no figures'];
  const { batchSize, kernels, ordinaryMs, capturedMs, refused, stepsPerEpoch, programs } = figures;
  const host = capturedMs ?? ordinaryMs;
  const needs = DEVICES.map((device) => deviceMs(programs, device));
  const card = needs.at(-1) ?? 0;
  return [
    model,
    String(batchSize),
    String(kernels),
    number(ordinaryMs),
    number(capturedMs),
    capturedMs === null ? (refused ?? '–') : number(ordinaryMs / capturedMs, 1),
    ...needs.map((ms) => `${number(ms)} (${ms > host ? 'device' : 'host'})`),
    number((stepsPerEpoch * Math.max(card, host)) / 1000),
  ];
}

function peerLine({ model, figures, peer }: HostRow): Cells {
  const theirs = peer ?? [];
  const ours = figures?.programs ?? null;
  return [
    model,
    String(theirs.length),
    ...DEVICES.map((device) => `${number(ours && deviceMs(ours, device))}, ${number(deviceMs(theirs, device))}`),
  ];
}

function chromiumLine({ model, chromium }: HostRow): Cells {
  const { ordinaryMs = null, capturedMs = null, failure = null } = chromium ?? {};
  if (failure !== null) return [model, failure];
  return [
    model,
    number(ordinaryMs),
    number(capturedMs),
    ordinaryMs && capturedMs ? number(ordinaryMs / capturedMs, 1) : '–',
  ];
}
