import { formatCount, formatNumber, formatPercent, plural } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Columns } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { featureLabel } from '../../ui/words';
import { Histogram } from '../../charts/Histogram';
import { isPairsKey, type FeatureInfo, type Histogram as Bins } from '../../domain/dataset';

const COLUMNS: readonly Column<FeatureInfo>[] = [
  { id: 'key', header: 'Modality', rowHeader: true, value: ({ key }) => featureLabel(key) },
  { id: 'scope', header: 'Of', value: ({ scope }) => (scope === 'item' ? 'items' : 'users') },
  { id: 'rows', header: 'Rows', numeric: true, value: ({ rows }) => rows, cell: ({ rows }) => formatCount(rows) },
  {
    id: 'columns',
    header: 'Columns',
    numeric: true,
    value: ({ columns }) => columns,
    cell: ({ columns }) => formatCount(columns),
  },
  { id: 'type', header: 'Type in the file', value: ({ sourceType }) => sourceType },
  {
    id: 'norm',
    header: 'Norm: min, mean, max',
    numeric: true,
    value: ({ statistics }) => statistics.normMean,
    cell: ({ statistics: s }) =>
      `${formatNumber(s.normMin, 3)} · ${formatNumber(s.normMean, 3)} · ${formatNumber(s.normMax, 3)}`,
  },
  {
    id: 'zero',
    header: 'Zero rows',
    numeric: true,
    value: ({ statistics }) => statistics.zeroRows,
    cell: ({ statistics }) => formatCount(statistics.zeroRows),
  },
  {
    id: 'duplicate',
    header: 'Duplicate rows',
    numeric: true,
    value: ({ statistics }) => statistics.duplicateRows,
    cell: ({ statistics }) => formatCount(statistics.duplicateRows),
  },
  {
    id: 'nonFinite',
    header: 'NaN or infinite',
    numeric: true,
    value: ({ statistics }) => statistics.nonFinite,
    cell: ({ statistics }) => formatCount(statistics.nonFinite),
  },
  { id: 'file', header: 'File', value: ({ file }) => file, cell: ({ file }) => <code>{file}</code> },
];

/** Features: one table for all matrices, then a column of two histograms for each; pairs are numbers of items and have none. */
export function FeaturePanels({ features }: { readonly features: readonly FeatureInfo[] }) {
  if (features.length === 0) {
    return (
      <Panel title="Features">
        <p>
          This dataset has interactions only. BPR-MF and LightGCN can use it; models that need images, text or audio
          cannot.
        </p>
      </Panel>
    );
  }
  return (
    <>
      <Panel title="Features" note={plural(features.length, 'matrix', 'matrices')}>
        <DataTable label="Features" columns={COLUMNS} rows={features} rowId={({ key }) => key} />
      </Panel>
      <Columns min={320}>
        {features
          .filter(({ key }) => !isPairsKey(key))
          .map((feature) => (
            <FeatureCharts key={feature.key} feature={feature} />
          ))}
      </Columns>
    </>
  );
}

function FeatureCharts({ feature }: { readonly feature: FeatureInfo }) {
  const { norms, nearestNeighbour, normMean } = feature.statistics;
  const name = featureLabel(feature.key);
  const sampled = nearestNeighbour ? totalOf(nearestNeighbour) : 0;
  return (
    <Surface>
      <Histogram
        title={`${capital(name)}: norms`}
        {...norms}
        xLabel="Euclidean norm of the row"
        yLabel="rows"
        height={200}
        summary={`Euclidean norms of the ${plural(feature.rows, 'row')} of ${name}: mean ${formatNumber(normMean, 3)}.`}
      />
      {nearestNeighbour && (
        <Histogram
          title={`${capital(name)}: nearest neighbour`}
          {...nearestNeighbour}
          xLabel="cosine to the nearest other row"
          yLabel={sampled < feature.rows ? `rows (a sample of ${formatCount(sampled)})` : 'rows'}
          height={200}
          summary={nearestSummary(nearestNeighbour, name)}
        />
      )}
    </Surface>
  );
}

function nearestSummary({ edges, counts }: Bins, name: string): string {
  const total = totalOf({ edges, counts });
  const close = counts.reduce((sum, count, i) => sum + ((edges[i] ?? 0) >= 0.9 - 1e-9 ? count : 0), 0);
  return `Cosine of each of ${plural(total, 'row')} of ${name} to its nearest other row; ${formatPercent(close / Math.max(1, total))} are 0.9 or above.`;
}

function totalOf({ counts }: Bins): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
