import { useMemo } from 'react';
import { formatCount, formatPercent, formatSignedMeanSd } from '../../ui/format';
import { Field, Select } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { CurveChart } from '../../charts/CurveChart';
import { Histogram } from '../../charts/Histogram';
import type { Series } from '../../charts/series';
import { unpairable, type Relevant, type Setting } from '../../domain/comparison';
import {
  activityThirds,
  gainDistribution,
  groupGains,
  type GainDistribution,
  type PairedUsers,
} from '../../domain/gains';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { gainsOf } from '../../state/analysis';
import { DifficultyPanel } from './DifficultyPanel';
import { distributionWords, stepPoints, type GroupTableWords } from './gainRows';
import { GroupGainsTable } from './GroupGainsTable';
import { useAnswer } from '../../state/useAsked';
import { comparedRuns } from './useTests';
import styles from './compare.module.css';

interface GainsViewProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  /** Key of the setting whose gains are shown; null for the first that is not the reference. */
  readonly chosen: string | null;
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  readonly onChoose: (key: string) => void;
}

/** What a setting changes for whom, user by user, against the reference (MAGNET, Figure 6). */
export function GainsView({ settings, reference, chosen, metric, relevant, onChoose }: GainsViewProps) {
  const others = useMemo(
    () => settings.filter((one) => reference && one !== reference && unpairable(one, reference) === null),
    [settings, reference],
  );
  const setting = others.find(({ key }) => key === chosen) ?? others[0];
  const command = useMemo((): Extract<AnalysisCommand, { type: 'gains' }> | null => {
    if (!setting || !reference) return null;
    return {
      type: 'gains',
      setting: comparedRuns(setting),
      reference: comparedRuns(reference),
      metric,
      relevant,
      datasetId: setting.dataset.id,
    };
  }, [setting, reference, metric, relevant]);
  const { value, fault } = useAnswer(command, gainsOf);
  if (!setting || !reference)
    return <Notice title="Nothing to compare.">Gains need a second setting on the reference’s data.</Notice>;
  return (
    <div className={styles.column}>
      <div className={styles.controls}>
        <Field label="Gains of">
          {(control) => (
            <Select
              {...control}
              value={setting.key}
              options={others.map(({ key, label }) => ({ value: key, label }))}
              onValueChange={onChoose}
            />
          )}
        </Field>
      </div>
      {fault && <FaultNotice fault={fault} />}
      {!value && !fault && <p role="status">Pairing the users …</p>}
      {value && 'refused' in value && <Notice title={value.refused}>Choose another setting or reference.</Notice>}
      {value && !('refused' in value) && (
        <Gains setting={setting} reference={reference} metric={metric} relevant={relevant} paired={value} />
      )}
    </div>
  );
}

interface GainsProps {
  readonly setting: Setting;
  readonly reference: Setting;
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  readonly paired: PairedUsers;
}

function Gains({ setting, reference, metric, relevant, paired }: GainsProps) {
  const distribution = useMemo(() => gainDistribution(paired.mine, paired.theirs), [paired]);
  const thirds = useMemo(
    () => paired.trained && groupGains(activityThirds(paired.trained), paired.mine, paired.theirs),
    [paired],
  );
  const label = `${metricLabel(metric)}${relevant === 'liked' ? ', liked only' : ''}`;
  const words: GroupTableWords = {
    holds: 'In training',
    setting: setting.label,
    reference: reference.label,
    metric: label,
    caption: `${label} by activity of the user on ${setting.dataset.name}.`,
  };
  return (
    <>
      <Distribution
        label={label}
        setting={setting.label}
        reference={reference.label}
        seeds={paired.seeds}
        distribution={distribution}
      />
      <Columns min={480}>
        <Panel title="By activity" note="users by training interactions, in three equal parts">
          {thirds ? (
            <GroupGainsTable title="By activity" rows={thirds} words={words} />
          ) : (
            <p>
              The dataset is no longer stored here. Import it again on the Data page to see how active the users are.
            </p>
          )}
        </Panel>
        <DifficultyPanel setting={setting} reference={reference} label={label} paired={paired} />
      </Columns>
    </>
  );
}

interface DistributionProps {
  readonly label: string;
  readonly setting: string;
  readonly reference: string;
  readonly seeds: readonly number[];
  readonly distribution: GainDistribution;
}

const CUMULATIVE = 'Share of users at or below a difference';

function Distribution({ label, setting, reference, seeds, distribution }: DistributionProps) {
  const { better, equal, worse, mean, median, quartiles, edges, counts, users } = distribution;
  const summary = distributionWords(label, setting, reference, distribution);
  const series = useMemo(
    (): Series[] => [{ name: CUMULATIVE, kind: 'evaluation', points: stepPoints(distribution) }],
    [distribution],
  );
  const axis = `difference in ${label}`;
  return (
    <Panel
      title={`${setting} against ${reference}`}
      note={`every user’s mean over ${seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`}, test`}
    >
      <StatList>
        <Stat label="Users" value={formatCount(users)} />
        <Stat label="Better" value={formatPercent(better)} note="of the users" />
        <Stat label="Equal" value={formatPercent(equal)} />
        <Stat label="Worse" value={formatPercent(worse)} />
        <Stat label="Mean difference" value={formatSignedMeanSd(mean, null)} />
        <Stat
          label="Median"
          value={formatSignedMeanSd(median, null)}
          note={`quartiles ${formatSignedMeanSd(quartiles[0], null)}, ${formatSignedMeanSd(quartiles[1], null)}`}
        />
      </StatList>
      <Columns min={400}>
        <Histogram
          title={`Differences in ${label}`}
          edges={edges}
          counts={counts}
          xLabel={axis}
          yLabel="users, log scale"
          logY
          height={260}
          summary={summary}
        />

        <CurveChart
          title={CUMULATIVE}
          series={series}
          xLabel={axis}
          yLabel="share of users"
          cursorKey="gains"
          height={260}
          summary={summary}
        />
      </Columns>
    </Panel>
  );
}
