import { useMemo } from 'react';
import { plural } from '../../ui/format';
import { Button, ButtonLink } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import type { Setting } from '../../domain/comparison';
import type { RunSummary } from '../../domain/run';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { BaselineNote } from '../readings/BaselineNote';
import { ShareButton } from '../sharing/ShareButton';
import { baselineSettings } from './baselineSettings';
import { ComparisonViews } from './ComparisonViews';
import { EfficiencyView } from './EfficiencyView';
import type { Evidence } from './evidence';
import { GainsView } from './GainsView';
import { KeepButton } from './KeepButton';
import { LongTailView } from './LongTailView';
import { useComparisonAddress, useEpochs, useSettings } from './useComparison';
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
  const evidence = useEvidence(runs, settings);
  if (!loaded) return <Page title="Compare">{null}</Page>;
  if (settings.length === 0)
    return <Choose runs={runs} asked={address.ids.length} onChoose={(ids) => address.change({ ids })} />;

  const datasets = [...new Set(settings.map(({ dataset }) => dataset.name))].join(', ');
  const actions = (
    <>
      <ButtonLink to="/tables">Papers’ tables</ButtonLink>
      <ButtonLink to="/runs">Choose runs</ButtonLink>
      <KeepButton ids={idsOf(settings)} proposed={`${plural(settings.length, 'setting')} on ${datasets}`} />
      <ShareButton ids={idsOf(settings)} baselines={address.baselines ? idsOf(evidence.baselines) : []} />
    </>
  );
  return (
    <Page
      title="Compare"
      subtitle={`${plural(settings.length, 'setting')} · ${plural(idsOf(settings).length, 'run')} · ${datasets}`}
      actions={actions}
    >
      {fault && <FaultNotice fault={fault} />}
      <ComparisonViews
        settings={settings}
        reference={reference}
        address={address}
        evidence={evidence}
        epochs={epochs}
        noCurves="None of these runs kept its epochs."
        gains={
          <GainsView
            settings={settings}
            reference={reference}
            chosen={address.setting}
            metric={metric}
            relevant={relevant}
            onChoose={(setting) => address.change({ setting })}
          />
        }
        longTail={<LongTailView settings={settings} />}
        efficiency={<EfficiencyView settings={settings} epochs={epochs} metric={metric} relevant={relevant} />}
      />
    </Page>
  );
}

const idsOf = (settings: readonly Setting[]): string[] => settings.flatMap(({ runs }) => runs.map(({ id }) => id));

/** What is stored here behind the settings. */
function useEvidence(runs: readonly RunSummary[], settings: readonly Setting[]): Evidence {
  const { fingerprint, name } = settings[0]?.dataset ?? { fingerprint: '', name: '' };
  const dataset = useDatasets((state) => state.datasets.find((stored) => stored.fingerprint === fingerprint));
  return useMemo(
    () => ({
      stored: true,
      baselines: baselineSettings(runs, settings),
      baselineNote: <BaselineNote fingerprint={fingerprint} />,
      dataset: dataset ?? { name, statistics: null },
      addressOf: ({ id }) => `/runs/${id}`,
    }),
    [runs, settings, fingerprint, name, dataset],
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
