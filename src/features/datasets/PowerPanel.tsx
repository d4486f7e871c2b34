import { useMemo } from 'react';
import { settingsOf } from '../../domain/comparison';
import { modelTable } from '../../domain/models/catalogue';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { compareSettings } from '../../state/analysis';
import { useRuns } from '../../state/runs';
import { useAnswer } from '../../state/useAsked';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { powerWords } from '../readings/power';

/** How large a difference this dataset could show, from the two newest settings that were run on it with a common seed. */
export function PowerPanel({ fingerprint }: { readonly fingerprint: string }) {
  const runs = useRuns((state) => state.runs);
  // It changes when a run ends, not with every report of one that trains.
  const key = runs
    .filter(({ result, experiment }) => result !== null && experiment.dataset.fingerprint === fingerprint)
    .map(({ id }) => id)
    .join(',');
  const pair = useMemo(() => {
    const trained = runs.filter(
      ({ id, experiment: { model } }) => key.split(',').includes(id) && modelTable(model).computed === undefined,
    );
    const settings = settingsOf(trained).reverse();
    const [first] = settings;
    const seeds = first?.runs.map(({ experiment }) => experiment.seed) ?? [];
    const second = settings.find(
      (one) => one !== first && one.runs.some(({ experiment }) => seeds.includes(experiment.seed)),
    );
    return first && second ? { first, second } : null;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the finished runs
  }, [key]);
  const command = useMemo((): Extract<AnalysisCommand, { type: 'compare' }> | null => {
    const asked = ({ key: name, runs: own }: NonNullable<typeof pair>['first']) => ({
      key: name,
      runs: own.map(({ id, experiment }) => ({ id, seed: experiment.seed })),
    });
    if (!pair) return null;
    return {
      type: 'compare',
      reference: asked(pair.first),
      others: [asked(pair.second)],
      metric: 'recall@20',
      relevant: 'all',
    };
  }, [pair]);
  const { value, fault } = useAnswer(command, compareSettings);
  const words = powerWords(value?.[0]?.scatter ?? null, 'recall@20');
  if (!pair || (!words && !fault)) return null;
  return (
    <Panel title="What this dataset can show" note={`from ${pair.first.label} and ${pair.second.label}`}>
      {fault && <FaultNotice fault={fault} />}
      {words && <p>{words}</p>}
    </Panel>
  );
}
