import { useState } from 'react';
import { PaperButtons } from '../../charts/PaperButtons';
import type { HeatMapCell } from '../../charts/gridKeys';
import type { DatasetLabels } from '../../domain/dataset';
import {
  knockoutKey,
  knockoutName,
  type Knockout,
  type KnockoutChoices,
  type KnockoutEffect,
  type KnockoutReport,
} from '../../domain/knockouts';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary, WeightsOf } from '../../domain/run';
import { USER_METRICS, type UserMetric } from '../../domain/userResults';
import type { AnalysisThread } from '../../state/analysis';
import { Button } from '../../ui/Button';
import { Choice } from '../../ui/Field';
import { formatMetric } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { sharedReading } from '../readings/sharedReading';
import { ShareButton } from '../sharing/ShareButton';
import { EffectDetail } from './EffectDetail';
import { EffectMap } from './EffectMap';
import { EffectTable } from './EffectTable';
import { effectData, effectPaper, faithfulnessWords } from './rows';
import { useKnockouts } from './useKnockouts';
import styles from './knockouts.module.css';

interface KnockoutPanelProps {
  readonly thread: AnalysisThread;
  readonly run: RunSummary;
  readonly labels: DatasetLabels | null;
  /** A cell of the routing's heat map, whose experts can be knocked out by themselves. */
  readonly selected?: HeatMapCell | null;
  /** Whose list is shown first. */
  readonly pairUser?: number;
}

/** What a trained run ranks like without one of its parts, or with features that mean nothing. Nothing is trained. */
export function KnockoutPanel({ thread, run, labels, selected = null, pairUser = 0 }: KnockoutPanelProps) {
  const of: WeightsOf = run.result ? 'best' : 'latest';
  const { choices, report, phase, busy, fault, ask } = useKnockouts(thread, run.id, of);
  const [metric, setMetric] = useState<UserMetric>('recall@20');
  const [looked, setLooked] = useState<string | null>(null);
  const effect =
    report?.effects.find(({ knockout }) => knockoutKey(knockout) === looked) ?? largestFall(report, metric);
  const title = `Knock-outs of ${run.name}`;
  return (
    <Panel
      title="Knock-outs"
      note={`${metricLabel(metric)} without a part of the trained model, not retrained`}
      actions={
        <>
          <Choice
            segments
            hideLabel
            label="Metric of the knock-outs"
            value={metric}
            options={USER_METRICS.map((value) => ({ value, label: metricLabel(value) }))}
            onValueChange={setMetric}
          />
          {report && choices && report.effects.length > 0 && (
            <>
              <PaperButtons
                title={title}
                paper={() => effectPaper(title, report, choices, metric)}
                data={() => effectData(report, choices)}
              />
              <ShareButton
                small
                ids={[run.id]}
                readings={() => [sharedReading(effectPaper(title, report, choices, metric))]}
              />
            </>
          )}
        </>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {!choices && !fault && <p role="status">{phase?.text ?? 'reading the run'} …</p>}
      {choices && (
        <div className={styles.asks}>
          {asksOf(choices, selected).map(({ label, knockouts }) => (
            <Button
              key={label}
              small
              disabled={busy}
              onClick={() => {
                const [first, ...others] = knockouts;
                setLooked(first && others.length === 0 ? knockoutKey(first) : null);
                ask(knockouts);
              }}
            >
              {label}
            </Button>
          ))}
        </div>
      )}
      {busy && (
        <div>
          <p role="status">{phase?.text ?? 'ranking with everything'} …</p>
          <ProgressBar label="Ranking without each part" fraction={phase?.fraction ?? null} />
        </div>
      )}
      {report && choices && (
        <>
          <EffectMap report={report} choices={choices} metric={metric} selected={selected} />
          {report.faithfulness && <p>{faithfulnessWords(report.faithfulness[metric], metric)}</p>}
          <p>
            With everything, {metricLabel(metric)} is {formatMetric(report.intact.test[metric])} on the test split. A
            fall above zero is what the ranking loses.
          </p>
          <EffectTable
            report={report}
            choices={choices}
            metric={metric}
            looked={effect ? knockoutKey(effect.knockout) : null}
            onLook={setLooked}
          />
          {effect && (
            <EffectDetail
              thread={thread}
              run={run}
              of={of}
              labels={labels}
              intact={report.intact}
              effect={effect}
              name={knockoutName(effect.knockout, choices.experts)}
              metric={metric}
              firstUser={pairUser}
            />
          )}
        </>
      )}
    </Panel>
  );
}

/** What costs most, which is worth a closer look first. */
const largestFall = (report: KnockoutReport | null, metric: UserMetric): KnockoutEffect | undefined =>
  [...(report?.effects ?? [])].sort((a, b) => b.fall[metric].mean - a.fall[metric].mean)[0];

interface Ask {
  readonly label: string;
  readonly knockouts: readonly Knockout[];
}

/** What the buttons ask for: the experts of a chosen cell, all experts, the other parts, the features. */
function asksOf({ parts, features, experts, families }: KnockoutChoices, selected: HeatMapCell | null): Ask[] {
  const single = parts.filter(({ kind }) => kind === 'expert');
  const chosen = single.filter(
    (part) =>
      selected !== null &&
      part.kind === 'expert' &&
      experts[part.expert]?.anchor === selected.row &&
      experts[part.expert]?.family === families[selected.column],
  );
  const [only] = chosen;
  return [
    ...(only ? [{ label: `Knock out ${knockoutName(only, experts)}`, knockouts: chosen }] : []),
    { label: `Knock out each of the ${single.length} experts`, knockouts: single },
    { label: 'Families, cues and edges', knockouts: parts.filter(({ kind }) => kind !== 'expert') },
    { label: 'Input features', knockouts: features },
  ].filter(({ knockouts }) => knockouts.length > 0);
}
