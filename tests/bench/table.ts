import { KINDS, LAYERS } from './kinds';
import { medianOf, type Quartiles } from './quartiles';
import { PARTS, type BenchResult, type Entry, type Figures, type Roofline, type Round } from './result';

type Row = readonly string[];

/** Columns aligned, the first to the left; two spaces between them. */
export function aligned(rows: readonly Row[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three significant digits, no exponent. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

const mebibytes = (bytes: number): string => figure(bytes / 2 ** 20);
const times = (ratio: number): string => (Number.isFinite(ratio) ? `${figure(ratio)}×` : '–');
const ratio = (some: number | null, other: number | null | undefined): number => (some ?? NaN) / (other ?? NaN);
const spread = ({ low, high }: Quartiles): string => `${figure(low)}–${figure(high)}`;

/** The whole document as text, at most 120 columns wide. */
export function tableOf(result: BenchResult): string {
  const { machine, versions, load, options } = result;
  const sections = [
    [
      `${result.date}  ${machine.processor}, ${machine.cores} cores`,
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join('  '),
      `load average ${load.start.map(figure).join(' ')} at the start, ${load.end.map(figure).join(' ')} at the end`,
      `options ${JSON.stringify(options)}`,
      ...result.notes,
    ].join('\n'),
  ];
  for (const set of result.sets) {
    for (const backend of new Set(result.entries.map((entry) => entry.backend))) {
      const entries = result.entries.filter((entry) => entry.set === set.id && entry.backend === backend);
      if (entries.length === 0) continue;
      const device = entries.find((entry) => entry.figures)?.device ?? '';
      sections.push(
        `${set.name}: ${set.users} users × ${set.items} items, ${set.interactions} interactions${set.importSeconds === null ? '' : `, imported in ${figure(set.importSeconds)} s`}; ${backend}${device ? `, ${device}` : ''}\n\n${setTables(entries)}`,
      );
    }
  }
  sections.push(...growthTables(result));
  for (const roofline of result.rooflines) sections.push(rooflineTable(roofline));
  return `${sections.join('\n\n')}\n`;
}

function setTables(entries: readonly Entry[]): string {
  const measured = entries.flatMap((entry) => (entry.figures ? [{ ...entry, figures: entry.figures }] : []));
  const tables = [];
  if (measured.length > 0) {
    tables.push(
      stepTable(measured),
      wholeTable(measured),
      kernelTable('ms in kernels of', LAYERS, measured, ({ layers }) => layers),
      kernelTable('ms in kernels for', KINDS, measured, ({ kinds }) => kinds),
    );
  }
  if (measured.some(({ figures }) => figures.peer ?? figures.stock)) tables.push(ratioTable(measured));
  tables.push(...entries.flatMap(({ model, failure }) => (failure ? [`${model}: ${failure}`] : [])));
  return tables.join('\n\n');
}

type Measured = Entry & { readonly figures: Figures };

const stepTable = (entries: readonly Measured[]): string =>
  aligned([
    [
      'ms per step',
      'median',
      'quartiles',
      ...PARTS.map((part) => (part === 'readBack' ? 'read-back' : part)),
      'kernels',
      'dispatches',
    ],
    ...entries.map(({ model, figures }) => [
      model,
      figure(figures.step.median),
      spread(figures.step),
      ...PARTS.map((part) => figure(figures.parts[part])),
      String(figures.kernelCalls),
      figures.dispatches === null ? '–' : String(figures.dispatches),
    ]),
  ]);

const kernelTable = <Name extends string>(
  title: string,
  names: readonly Name[],
  entries: readonly Measured[],
  of: (figures: Figures) => Readonly<Record<Name, number>>,
): string =>
  aligned([
    [title, ...names],
    ...entries.map(({ model, figures }) => [model, ...names.map((name) => figure(of(figures)[name]))]),
  ]);

const wholeTable = (entries: readonly Measured[]): string =>
  aligned([
    [
      '',
      'batch',
      'steps',
      'first s',
      's/epoch',
      'measured',
      'evaluate s',
      'prepare s',
      'peak MiB',
      'device MiB',
      'load',
    ],
    ...entries.map(({ model, figures, load }) => [
      model,
      String(figures.batchSize),
      String(figures.stepsPerEpoch),
      figure(figures.startSeconds),
      figure(figures.epochSeconds),
      figure(figures.measuredEpochSeconds),
      figure(figures.evaluateSeconds),
      figure(figures.prepareSeconds),
      mebibytes(figures.peakTensorBytes),
      mebibytes(figures.deviceBytes),
      figure(load[0]),
    ]),
  ]);

/** `other ÷ ours` of each round: the middle, and from the least to the greatest. */
function roundRatio(rounds: readonly Round[], invert: boolean): { readonly middle: string; readonly range: string } {
  const ratios = rounds.map(({ ours, other }) => (invert ? ours / other : other / ours));
  return ratios.length === 0
    ? { middle: '–', range: '–' }
    : { middle: times(medianOf(ratios)), range: `${figure(Math.min(...ratios))}–${figure(Math.max(...ratios))}` };
}

const ratioTable = (entries: readonly Measured[]): string =>
  aligned([
    [
      'in turns',
      'ours ms',
      'torch ms',
      'ours÷torch',
      'rounds',
      'cpu',
      'epoch',
      'torch s',
      'evaluate',
      'torch s',
      'loss Δ',
      'stock÷ours',
    ],
    ...entries.map(({ model, figures: { step, cpuMs, peer, stock, epochSeconds, evaluateSeconds } }) => {
      const torch = roundRatio(peer?.rounds ?? [], true);
      return [
        model,
        figure(step.median),
        figure(peer?.step.median),
        torch.middle,
        torch.range,
        times(cpuMs / (peer?.cpuMs ?? NaN)),
        times(epochSeconds / (peer?.epochSeconds ?? NaN)),
        figure(peer?.epochSeconds),
        times(ratio(evaluateSeconds, peer?.evaluateSeconds)),
        figure(peer?.evaluateSeconds),
        peer ? peer.lossDifference.toExponential(0) : '–',
        roundRatio(stock?.rounds ?? [], false).middle,
      ];
    }),
  ]);

const GROWING: readonly (readonly [string, (figures: Figures) => number | null])[] = [
  ['ms per step', ({ step }) => step.median],
  ['first s', ({ startSeconds }) => startSeconds],
  ['evaluate s', ({ evaluateSeconds }) => evaluateSeconds],
  ['prepare s', ({ prepareSeconds }) => prepareSeconds],
  ['peak MiB', ({ peakTensorBytes }) => peakTensorBytes / 2 ** 20],
];

/** How each figure of a model grows with each thing that a set was given more or less of; the last column is the slope of a line through the logarithms. */
function growthTables({ sets, entries }: BenchResult): string[] {
  const bases = sets.filter((set) => !set.growth && sets.some((other) => other.of === set.id && other.growth));
  return bases.flatMap((base) => {
    const grownSets = sets.filter((set) => set.of === base.id && set.growth);
    const axes = [...new Set(grownSets.flatMap(({ growth }) => growth?.axis ?? []))];
    const factors = [...new Set([1, ...grownSets.flatMap(({ growth }) => growth?.factor ?? [])])].sort((a, b) => a - b);
    return [...new Set(entries.map(({ backend, model }) => `${backend}, ${model}`))].map((title) => {
      const at = (axis: string, factor: number): Figures | null => {
        const set =
          factor === 1 ? base : grownSets.find(({ growth }) => growth?.axis === axis && growth.factor === factor);
        return (
          entries.find((entry) => entry.set === set?.id && `${entry.backend}, ${entry.model}` === title)?.figures ??
          null
        );
      };
      const rows = axes.flatMap((axis) =>
        GROWING.map(([name, of]) => {
          const points = factors.map((factor) => {
            const figures = at(axis, factor);
            return { factor, value: figures && of(figures) };
          });
          return [
            `${axis}: ${name}`,
            ...points.map(({ value }) => figure(value)),
            slope(
              points.flatMap(({ factor, value }) => (value ? [[Math.log(factor), Math.log(value)] as const] : [])),
            ).toFixed(2),
          ];
        }),
      );
      return `${base.name}, ${title}\n\n${aligned([['growth with', ...factors.map((factor) => `× ${factor}`), 'exponent'], ...rows])}`;
    });
  });
}

/** Slope of the least-squares line through the points. */
function slope(points: readonly (readonly [number, number])[]): number {
  const middle = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [middle(0), middle(1)];
  return (
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  );
}

const rooflineTable = ({ backend, device, copyGbPerSecond, productGflops, kernels }: Roofline): string =>
  `What ${device} (${backend}) can do: copies ${figure(copyGbPerSecond)} GB/s, multiplies ${figure(productGflops)} GFLOP/s\n\n${aligned(
    [
      ['kernel', 'sizes', 'ms', 'rate', 'unit', 'share'],
      ...kernels.map(({ name, sizes, ms, rate, unit, share }) => [
        name,
        sizes,
        figure(ms),
        figure(rate),
        unit,
        `${(100 * share).toFixed(0)} %`,
      ]),
    ],
  )}`;

/** What changed from one document to another: `after ÷ before`, below 1 where it became faster or smaller. */
export function comparisonOf(before: BenchResult, after: BenchResult): string {
  const rows: Row[] = [
    [
      'after ÷ before',
      'set',
      'backend',
      'ms before',
      'ms after',
      'step',
      'torch÷ours',
      'epoch',
      'evaluate',
      'prepare',
      'kernels',
      'peak',
    ],
  ];
  for (const entry of after.entries) {
    const old = before.entries.find(
      ({ set, model, backend }) => set === entry.set && model === entry.model && backend === entry.backend,
    )?.figures;
    const now = entry.figures;
    if (!old || !now) continue;
    const relative = (figures: Figures): number =>
      medianOf((figures.peer?.rounds ?? []).map(({ ours, other }) => other / ours));
    rows.push([
      entry.model,
      entry.set,
      entry.backend,
      figure(old.step.median),
      figure(now.step.median),
      times(now.step.median / old.step.median),
      // How much faster against the peer, which meets the same load.
      times(relative(now) / relative(old)),
      times(now.epochSeconds / old.epochSeconds),
      times(ratio(now.evaluateSeconds, old.evaluateSeconds)),
      times(now.prepareSeconds / old.prepareSeconds),
      times(now.kernelCalls / old.kernelCalls),
      times(now.peakTensorBytes / old.peakTensorBytes),
    ]);
  }
  const loads = `load average ${before.load.start.map(figure).join(' ')} before, ${after.load.start.map(figure).join(' ')} after`;
  return rows.length === 1
    ? 'The two documents have no model on the same set and backend.\n'
    : `${loads}\n\n${aligned(rows)}\n`;
}
