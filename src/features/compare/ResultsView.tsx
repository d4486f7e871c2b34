import { useMemo } from 'react';
import { Surface } from '../../ui/Panel';
import { CurveChart } from '../../charts/CurveChart';
import type { Setting } from '../../domain/comparison';
import { metricLabel } from '../../domain/metrics';
import { plugInGrid } from '../../domain/plugInGrid';
import { ConfigDifferences } from './ConfigDifferences';
import { settingSeries, type CurvePoint } from './curves';
import type { Evidence } from './evidence';
import { PlugInPanel } from './PlugInPanel';
import { ResultsPanel } from './ResultsPanel';
import { SignificancePanel } from './SignificancePanel';
import type { Comparison } from './useComparison';
import styles from './compare.module.css';

export interface ResultsViewProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  readonly address: Comparison;
  readonly evidence: Evidence;
  /** By the run's id. */
  readonly epochs: ReadonlyMap<string, readonly CurvePoint[]>;
  /** Why there are no curves, where there are none. */
  readonly noCurves: string;
}

/** Results, tests, curves and the options in which the settings differ. */
export function ResultsView({ settings, reference, address, evidence, epochs, noCurves }: ResultsViewProps) {
  const { metric, relevant } = address;
  const series = useMemo(() => settingSeries(settings, epochs, metric, relevant), [settings, epochs, metric, relevant]);
  const grid = useMemo(() => plugInGrid(settings, metric, relevant), [settings, metric, relevant]);
  const datasets = [...new Set(settings.map(({ dataset }) => dataset.name))].join(', ');
  const name = `${metricLabel(metric)}${relevant === 'liked' ? ', liked items only' : ''}`;
  return (
    <div className={styles.column}>
      <ResultsPanel settings={settings} reference={reference} address={address} evidence={evidence} />
      {grid && <PlugInPanel grid={grid} name={name} dataset={datasets} />}
      <SignificancePanel
        settings={settings}
        reference={reference}
        metric={metric}
        relevant={relevant}
        stored={evidence.stored}
      />
      <div className={styles.halves}>
        <Surface>
          <CurveChart
            title={`${metricLabel(metric)}, validation`}
            series={series}
            xLabel="epoch"
            yLabel={name}
            cursorKey="compare"
            emptyText={noCurves}
          />
        </Surface>
        <ConfigDifferences settings={settings} />
      </div>
    </div>
  );
}
