import { useState } from 'react';
import { useNavigate } from 'react-router';
import { plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Field, Select } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { BACKEND_CHOICE_LABELS } from '../../ui/words';
import type { DatasetDocument } from '../../domain/dataset';
import { modelTable } from '../../domain/models/catalogue';
import type { Config } from '../../domain/models/table';
import { cautionsFor, configLacks } from '../../domain/needs';
import type { Experiment } from '../../domain/run';
import type { BackendChoice } from '../../domain/backend';
import type { SharedRun } from '../../domain/sharedRun';
import type { QueuedExperiment } from '../../domain/pretraining';
import { BACKEND_CHOICES, useDevice } from '../../state/device';
import { pretrainingOf } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import { theirsOf, useTheirs } from '../../state/theirs';
import { SweepDialog } from '../sweeps/SweepDialog';
import { AblationDialog } from './AblationDialog';
import type { SetKind } from './ablationPlan';
import { parseSeeds, type Draft } from '../drafts/draft';
import { needsProblem } from './needs';
import { PretrainingNote } from './PretrainingNote';
import { SeedsField } from '../drafts/SeedsField';
import { TimeNote } from '../drafts/TimeNote';
import type { ChangeDraft } from '../drafts/useDraft';
import styles from './experiments.module.css';

interface StartPanelProps {
  readonly draft: Draft;
  /** All options of the draft. */
  readonly config: Config;
  readonly dataset: DatasetDocument | null;
  /** Labels of the options that need correction. */
  readonly wrong: readonly string[];
  readonly change: ChangeDraft;
}

/** Seeds, backend, what should be known before, and the button. */
export function StartPanel({ draft, config, dataset, wrong, change }: StartPanelProps) {
  const navigate = useNavigate();
  const [starting, setStarting] = useState(false);
  const [ablating, setAblating] = useState<SetKind | null>(null);
  const [sweeping, setSweeping] = useState(false);
  const preference = useDevice((state) => state.preference);
  const activeId = useRuns((state) => state.activeId);
  const waiting = useRuns((state) => state.queue.length);
  const parsed = parseSeeds(draft.seeds);
  const table = modelTable(draft.model);
  const unfit =
    obstacleOf(dataset, wrong) ??
    needsProblem(table, dataset)?.message ??
    (dataset && configLacks(draft.model, config, dataset));
  const obstacle = unfit ?? parsed.problem;
  const experiment = (seed: number, { id, name, fingerprint }: DatasetDocument): Experiment => ({
    model: draft.model,
    config,
    seed,
    dataset: { id, name, fingerprint },
    backend: draft.backend ?? preference.backend,
    allowSoftware: preference.allowSoftware,
  });
  const cautions = dataset && unfit === null ? cautionsFor(draft.model, config, dataset) : [];
  const runs = useRuns((state) => state.runs);
  const experiments = dataset && unfit === null ? (parsed.seeds ?? []).map((seed) => experiment(seed, dataset)) : [];

  const wanted = obstacle === null ? experiments.map((one): QueuedExperiment => ({ experiment: one })) : [];
  const shared = useTheirs();
  const compared = experiments.some((one) => theirsOf(shared, one) !== null);

  const start = async (): Promise<void> => {
    setStarting(true);
    const ids = await useRuns.getState().enqueue(experiments.map((one) => withTheirs(one, theirsOf(shared, one))));
    setStarting(false);
    if (ids.length === experiments.length && ids[0] !== undefined) await navigate(`/runs/${ids[0]}`);
  };

  const first = experiments[0] ? pretrainingOf(experiments[0], runs) : null;
  const count = parsed.seeds?.length ?? 1;
  const behind = waiting + (activeId === null ? 0 : 1);
  return (
    <Panel title="Start">
      <SeedsField
        seeds={draft.seeds}
        help="Separate several seeds with commas; each is one run."
        onSeeds={(seeds) => change((current) => ({ ...current, seeds }))}
      />
      <Field label="Backend">
        {(control) => (
          <Select<BackendChoice | 'device'>
            {...control}
            value={draft.backend ?? 'device'}
            options={[
              { value: 'device', label: `Device page setting: ${BACKEND_CHOICE_LABELS[preference.backend]}` },
              ...BACKEND_CHOICES.map((value) => ({ value, label: BACKEND_CHOICE_LABELS[value] })),
            ]}
            onValueChange={(backend) =>
              change((current) => ({ ...current, backend: backend === 'device' ? null : backend }))
            }
          />
        )}
      </Field>
      {cautions.length > 0 && (
        <Notice tone="warning" title="Before you start">
          {cautions.map((caution) => (
            <p key={caution}>{caution}</p>
          ))}
        </Notice>
      )}
      {compared && (
        <Notice title={`Filled in from a shared run: ${shared.theirs?.name ?? ''}.`}>
          If you change nothing, the run is shown next to the shared result.
        </Notice>
      )}
      <PretrainingNote experiments={experiments} />
      <TimeNote wanted={wanted} />
      <div className={styles.startButtons}>
        <Button variant="primary" disabled={obstacle !== null || starting} onClick={() => void start()}>
          <Icon name="play" />
          {count > 1 ? `Queue ${count} runs` : behind > 0 ? 'Queue the run' : 'Start the run'}
        </Button>
        {table.ablations && (
          <Button disabled={unfit !== null} onClick={() => setAblating('ablations')}>
            Ablation set…
          </Button>
        )}
        {(table.minModalities > 0 || table.readsRatings) && (
          <Button disabled={unfit !== null} onClick={() => setAblating('controls')}>
            Control set…
          </Button>
        )}
        <Button disabled={unfit !== null} onClick={() => setSweeping(true)}>
          Sweep…
        </Button>
      </div>
      <p className={obstacle === null ? styles.citation : styles.obstacle} role="status">
        {obstacle ??
          (behind > 0
            ? `Starts after ${plural(behind, 'run')}.`
            : first?.kind === 'missing'
              ? 'Pre-training starts immediately.'
              : 'Starts immediately.')}
      </p>
      {ablating && dataset && (
        <AblationDialog
          full={experiment(0, dataset)}
          dataset={dataset}
          kind={ablating}
          seeds={draft.seeds}
          onClose={() => setAblating(null)}
        />
      )}
      {sweeping && dataset && (
        <SweepDialog
          base={experiment(0, dataset)}
          dataset={dataset}
          seeds={draft.seeds}
          onClose={() => setSweeping(false)}
        />
      )}
    </Panel>
  );
}

const withTheirs = (experiment: Experiment, theirs: SharedRun | null): QueuedExperiment => ({
  experiment,
  ...(theirs && { theirs }),
});

function obstacleOf(dataset: DatasetDocument | null, wrong: readonly string[]): string | null {
  if (!dataset) return 'Choose a dataset first.';
  return wrong.length > 0 ? `Correct these options: ${wrong.join(', ')}.` : null;
}
