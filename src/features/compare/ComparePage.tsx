import { useMemo } from 'react';
import { plural } from '../../ui/format';
import { Button, ButtonLink } from '../../ui/Button';
import { Choice, Field, Select } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Surface } from '../../ui/Panel';
import { Tabs } from '../../ui/Tabs';
import { CurveChart } from '../../charts/CurveChart';
import { METRIC_KEYS, metricLabel } from '../../domain/metrics';
import { plugInGrid } from '../../domain/plugInGrid';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { ConfigDifferences } from './ConfigDifferences';
import { isRated, settingSeries } from './curves';
import { EfficiencyView } from './EfficiencyView';
import { GainsView } from './GainsView';
import { LongTailView } from './LongTailView';
import { MixedDevices } from './MixedDevices';
import { PlugInPanel } from './PlugInPanel';
import { ResultsPanel } from './ResultsPanel';
import { SignificancePanel } from './SignificancePanel';
import { useComparisonAddress, useEpochs, useSettings, VIEWS } from './useComparison';
import { ShareButton } from '../sharing/ShareButton';
import styles from './compare.module.css';

/** Runs side by side as papers have them: grouped by everything but the seed, with what differs and whether it matters. */
export function ComparePage() {
  const runs = useRuns((state) => state.runs);
  const loaded = useRuns((state) => state.loaded);
  const address = useComparisonAddress();
  const settings = useSettings(runs, address.ids);
  const { metric, relevant } = address;
  const reference = settings.find(({ key }) => key === address.reference) ?? settings[0];
  const { epochs, fault } = useEpochs(settings);
  const series = useMemo(() => settingSeries(settings, epochs, metric, relevant), [settings, epochs, metric, relevant]);
  const grid = useMemo(() => plugInGrid(settings, metric, relevant), [settings, metric, relevant]);
  if (!loaded) return <Page title="Compare">{null}</Page>;
  if (settings.length === 0)
    return <Choose runs={runs} asked={address.ids.length} onChoose={(ids) => address.change({ ids })} />;

  const datasets = [...new Set(settings.map(({ dataset }) => dataset.name))].join(', ');
  const liked = relevant === 'liked' ? ', liked items only' : '';
  const actions = (
    <>
      <ButtonLink to="/tables">Papers’ tables</ButtonLink>
      <ButtonLink to="/runs">Choose runs</ButtonLink>
      <ShareButton ids={settings.flatMap(({ runs: of }) => of.map(({ id }) => id))} />
    </>
  );
  return (
    <Page
      title="Compare"
      subtitle={`${plural(settings.length, 'setting')} · ${plural(
        settings.reduce((sum, setting) => sum + setting.runs.length, 0),
        'run',
      )} · ${datasets}`}
      actions={actions}
    >
      {fault && <FaultNotice fault={fault} />}
      <MixedDevices settings={settings} />
      <div className={styles.controls}>
        <Field label="Metric">
          {(control) => (
            <Select
              {...control}
              value={metric}
              options={METRIC_KEYS.map((key) => ({ value: key, label: metricLabel(key) }))}
              onValueChange={(next) => address.change({ metric: next })}
            />
          )}
        </Field>
        <Field label="Reference">
          {(control) => (
            <Select
              {...control}
              value={reference?.key ?? ''}
              options={settings.map(({ key, label }) => ({ value: key, label }))}
              onValueChange={(next) => address.change({ reference: next })}
            />
          )}
        </Field>
        {isRated(settings) && (
          <Choice
            segments
            label="Held-out items"
            value={relevant}
            options={[
              { value: 'all', label: 'all' },
              { value: 'liked', label: 'liked only' },
            ]}
            onValueChange={(next) => address.change({ relevant: next })}
          />
        )}
      </div>
      <Tabs
        label="Views of the comparison"
        value={address.view}
        onValueChange={(view) => address.change({ view: VIEWS.find((one) => one === view) ?? 'results' })}
        tabs={[
          {
            value: 'results',
            label: 'Results',
            content: (
              <div className={styles.column}>
                <ResultsPanel
                  settings={settings}
                  reference={reference}
                  metric={metric}
                  relevant={relevant}
                  printed={address.printed}
                  ranked={address.ranked}
                  baselines={address.baselines}
                  onChange={address.change}
                />
                {grid && <PlugInPanel grid={grid} name={`${metricLabel(metric)}${liked}`} dataset={datasets} />}
                <SignificancePanel settings={settings} reference={reference} metric={metric} relevant={relevant} />
                <div className={styles.halves}>
                  <Surface>
                    <CurveChart
                      title={`${metricLabel(metric)}, validation`}
                      series={series}
                      xLabel="epoch"
                      yLabel={`${metricLabel(metric)}${liked}`}
                      cursorKey="compare"
                      emptyText="None of these runs kept its epochs."
                    />
                  </Surface>
                  <ConfigDifferences settings={settings} />
                </div>
              </div>
            ),
          },
          {
            value: 'gains',
            label: 'Gains',
            content: (
              <GainsView
                settings={settings}
                reference={reference}
                chosen={address.setting}
                metric={metric}
                relevant={relevant}
                onChoose={(setting) => address.change({ setting })}
              />
            ),
          },
          { value: 'longTail', label: 'Long tail', content: <LongTailView settings={settings} /> },
          {
            value: 'efficiency',
            label: 'Efficiency',
            content: <EfficiencyView settings={settings} epochs={epochs} metric={metric} relevant={relevant} />,
          },
        ]}
      />
    </Page>
  );
}

/** Without runs to compare: what can be compared at once. */
function Choose({
  runs,
  asked,
  onChoose,
}: {
  readonly runs: readonly RunSummary[];
  readonly asked: number;
  readonly onChoose: (ids: readonly string[]) => void;
}) {
  const finished = runs.filter(({ result }) => result !== null);
  const datasets = [...new Set(finished.map(({ experiment }) => experiment.dataset.name))];
  const of = (name: string): string[] =>
    finished.filter(({ experiment }) => experiment.dataset.name === name).map(({ id }) => id);
  return (
    <Page title="Compare" actions={<ButtonLink to="/tables">Papers’ tables</ButtonLink>}>
      <Notice
        title={asked > 0 ? 'None of these runs has a result here.' : 'Choose what to compare.'}
        actions={
          <>
            <ButtonLink to="/runs">Choose on the Runs page</ButtonLink>
            {datasets.map((name) => (
              <Button key={name} className={styles.choice} onClick={() => onChoose(of(name))}>
                All {of(name).length} on {name}
              </Button>
            ))}
          </>
        }
      >
        Runs that differ only in their seed become one row. Only runs with a result are included.
      </Notice>
    </Page>
  );
}
