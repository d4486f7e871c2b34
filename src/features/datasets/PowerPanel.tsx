import { useMemo } from 'react';
import { settingsOf } from '../../domain/comparison';
import { modelTable } from '../../domain/models/catalogue';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { compareSettings } from '../../state/analysis';
import { useRuns } from '../../state/runs';
import { useAnswer } from '../../state/useAsked';
import { useFinished } from '../../state/useFinished';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { powerWords } from '../readings/power';

/** How large a difference this dataset could show, from the two newest settings that were run on it with a common seed. */
export function PowerPanel({ fingerprint }: { readonly fingerprint: string }) {
  const runs = useFinished(useRuns((state) => state.runs));
  const pair = useMemo(() => {
    const trained = runs.filter(
      ({ experiment: { model, dataset } }) =>
        dataset.fingerprint === fingerprint && modelTable(model).computed === undefined,
    );
    const settings = settingsOf(trained).reverse();
    const [first] = settings;
    const seeds = first?.runs.map(({ experiment }) => experiment.seed) ?? [];
    const second = settings.find(
      (one) => one !== first && one.runs.some(({ experiment }) => seeds.includes(experiment.seed)),
    );
    return first && second ? { first, second } : null;
  }, [runs, fingerprint]);
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
