import type { BeyondAccuracy } from '../../domain/beyondAccuracy';
import { formatMetric, formatNumber, formatPercent } from '../../ui/format';

/** A number about lists: its name, what it says, and how it is read. */
export interface BeyondMetric {
  readonly key: string;
  readonly label: string;
  readonly help: string;
  readonly value: (of: BeyondAccuracy) => number | null;
  readonly format: (value: number | null) => string;
}

const share = (value: number | null): string => formatPercent(value);
const number = (value: number | null): string => formatNumber(value, 4);

/** In the order in which they are shown; one similarity for each modality. */
export function beyondMetrics(modalities: readonly string[], categories: boolean): BeyondMetric[] {
  return [
    {
      key: 'itemcoverage',
      label: 'Item coverage',
      help: 'Share of all items that anybody is recommended.',
      value: ({ coverage }) => coverage,
      format: share,
    },
    {
      key: 'averagepopularity',
      label: 'Average popularity',
      help: 'Training interactions of a recommended item.',
      value: ({ averagePopularity }) => averagePopularity,
      format: number,
    },
    {
      key: 'giniindex',
      label: 'Gini index',
      help: '0: every item is recommended equally often; towards 1: few items take all places.',
      value: ({ gini }) => gini,
      format: formatMetric,
    },
    {
      key: 'shannonentropy',
      label: 'Shannon entropy',
      help: 'Of the places over items, in nats.',
      value: ({ entropy }) => entropy,
      format: number,
    },
    {
      key: 'tailpercentage',
      label: 'Tail percentage',
      help: 'Share of places that the least popular tenth of the items takes.',
      value: ({ tailShare }) => tailShare,
      format: share,
    },
    {
      key: 'novelty',
      label: 'Novelty',
      help: 'Mean of −log₂ of an item’s share of the training users, in bits.',
      value: ({ novelty }) => novelty,
      format: number,
    },
    ...modalities.map((modality): BeyondMetric => ({
      key: `similarity_${modality}`,
      label: `Similarity, ${modality}`,
      help: `Mean cosine of two items of a list, by ${modality}.`,
      value: ({ similarity }) => similarity[modality] ?? null,
      format: formatMetric,
    })),
    ...(categories
      ? [
          {
            key: 'calibration',
            label: 'Calibration',
            help: 'KL divergence of a list’s categories from the history’s: 0 is the same mix.',
            value: ({ calibration }: BeyondAccuracy) => calibration,
            format: formatMetric,
          },
        ]
      : []),
  ];
}

/** Those that these lists have. */
export function metricsOf(values: readonly BeyondAccuracy[]): BeyondMetric[] {
  const [first] = values;
  return first ? beyondMetrics(Object.keys(first.similarity), first.calibration !== null) : [];
}
