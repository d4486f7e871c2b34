import { useState } from 'react';
import { useNavigate } from 'react-router';
import { plural } from '../../app/format';
import { Icon } from '../../app/Icon';
import { Button } from '../../app/primitives/Button';
import { Field, Input, Select } from '../../app/primitives/Field';
import { Panel } from '../../app/primitives/Panel';
import { BACKEND_CHOICE_LABELS } from '../../app/words';
import type { DatasetDocument } from '../../domain/dataset';
import { completeConfig, modelTable } from '../../domain/models/catalogue';
import type { BackendChoice } from '../../domain/run';
import { BACKEND_CHOICES, useDevice } from '../../state/device';
import { useRuns } from '../../state/runs';
import { draftConfig, parseSeeds, SEED_OFFERS, type Draft } from './draft';
import { needsProblem } from './needs';
import type { ChangeDraft } from './useDraft';
import styles from './experiments.module.css';

interface StartPanelProps {
  readonly draft: Draft;
  readonly dataset: DatasetDocument | null;
  /** Labels of the options that need correction. */
  readonly wrong: readonly string[];
  readonly change: ChangeDraft;
}

/** Seeds, backend, and the button. */
export function StartPanel({ draft, dataset, wrong, change }: StartPanelProps) {
  const navigate = useNavigate();
  const [starting, setStarting] = useState(false);
  const preference = useDevice((state) => state.preference);
  const activeId = useRuns((state) => state.activeId);
  const waiting = useRuns((state) => state.queue.length);
  const parsed = parseSeeds(draft.seeds);
  const table = modelTable(draft.model);
  const obstacle = obstacleOf(dataset, parsed.problem, wrong) ?? needsProblem(table, dataset)?.message ?? null;

  const start = async (): Promise<void> => {
    if (!dataset || !parsed.seeds) return;
    setStarting(true);
    const config = completeConfig(draft.model, draftConfig(draft));
    const { id, name, fingerprint } = dataset;
    const ids = await useRuns.getState().enqueue(
      parsed.seeds.map((seed) => ({
        experiment: {
          model: draft.model,
          config,
          seed,
          dataset: { id, name, fingerprint },
          backend: draft.backend ?? preference.backend,
          allowSoftware: preference.allowSoftware,
        },
      })),
    );
    setStarting(false);
    if (useRuns.getState().fault === null && ids[0] !== undefined) await navigate(`/runs/${ids[0]}`);
  };

  const count = parsed.seeds?.length ?? 1;
  const behind = waiting + (activeId === null ? 0 : 1);
  return (
    <Panel title="Start">
      <Field label={count === 1 ? 'Seed' : 'Seeds'} help="Several, separated by commas, make one run each." {...(parsed.problem && { error: parsed.problem })}>
        {(control) => <Input {...control} inputMode="numeric" value={draft.seeds} onChange={(event) => change((current) => ({ ...current, seeds: event.target.value }))} />}
      </Field>
      <div className={styles.offers}>
        {SEED_OFFERS.map((offer) => (
          <Button key={offer.seeds} small aria-pressed={draft.seeds === offer.seeds} onClick={() => change((current) => ({ ...current, seeds: offer.seeds }))} title={offer.hint}>
            {offer.label}
          </Button>
        ))}
      </div>
      <Field label="Backend">
        {(control) => (
          <Select<BackendChoice | 'device'>
            {...control}
            value={draft.backend ?? 'device'}
            options={[
              { value: 'device', label: `as on the Device page: ${BACKEND_CHOICE_LABELS[preference.backend]}` },
              ...BACKEND_CHOICES.map((value) => ({ value, label: BACKEND_CHOICE_LABELS[value] })),
            ]}
            onValueChange={(backend) => change((current) => ({ ...current, backend: backend === 'device' ? null : backend }))}
          />
        )}
      </Field>
      <Button variant="primary" disabled={obstacle !== null || starting} onClick={() => void start()}>
        <Icon name="play" />
        {count > 1 ? `Queue ${count} runs` : behind > 0 ? 'Queue the run' : 'Start the run'}
      </Button>
      <p className={obstacle === null ? styles.citation : styles.obstacle} role="status">
        {obstacle ?? (behind > 0 ? `Waits behind ${plural(behind, 'run')}.` : 'Starts at once.')}
      </p>
    </Panel>
  );
}

function obstacleOf(dataset: DatasetDocument | null, seeds: string | null, wrong: readonly string[]): string | null {
  if (!dataset) return 'Choose a dataset first.';
  if (wrong.length > 0) return `To correct: ${wrong.join(', ')}.`;
  return seeds;
}
