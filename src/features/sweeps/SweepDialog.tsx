import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Disclosure } from '../../ui/Disclosure';
import { Checkbox, Choice, Field, Input } from '../../ui/Field';
import type { DatasetDocument } from '../../domain/dataset';
import { GRACE_EPOCHS, LEAST_PEERS } from '../../domain/medianRule';
import { modelTable } from '../../domain/models/catalogue';
import type { Experiment, Sweep } from '../../domain/run';
import {
  combinations,
  MOST_AXES,
  MOST_RUNS,
  planSweep,
  pointLabel,
  sweepOptions,
  sweepRuns,
  type SweepPlan,
} from '../../domain/sweep';
import { newId } from '../../domain/ids';
import { withPretraining } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import { parseSeeds } from '../drafts/draft';
import { SeedsField } from '../drafts/SeedsField';
import { wholeNumber } from '../drafts/wholeNumber';
import { nextAxis, offeredOptions, readAxis, type AxisDraft } from './axisDraft';
import { AxisFields } from './AxisFields';
import { countWords, sweepName } from './planWords';
import { QueueDialog } from '../drafts/QueueDialog';
import styles from './sweeps.module.css';

interface SweepDialogProps {
  /** Everything that the sweep does not vary, as the form says. */
  readonly base: Omit<Experiment, 'seed'>;
  readonly dataset: DatasetDocument;
  /** As typed on the form. */
  readonly seeds: string;
  readonly onClose: () => void;
}

const NOTHING: SweepPlan = { points: [], leftOut: [], axes: [] };

/** What a sweep varies and how, how many runs that makes, and how long they take. */
export function SweepDialog({ base, dataset, seeds: typed, onClose }: SweepDialogProps) {
  const navigate = useNavigate();
  const runs = useRuns((state) => state.runs);
  const [id] = useState(newId);
  const [drafts, setDrafts] = useState<readonly AxisDraft[]>(() => {
    const first = nextAxis(base.model, base.config, []);
    return first ? [first] : [];
  });
  const [method, setMethod] = useState<Sweep['method']>('grid');
  const [draws, setDraws] = useState('20');
  const [drawSeed, setDrawSeed] = useState('1');
  const [seeds, setSeeds] = useState(typed);
  const [medianRule, setMedianRule] = useState(false);
  const [queueing, setQueueing] = useState(false);

  const options = sweepOptions(base.model);
  const axes = drafts.flatMap((draft) => {
    const option = options.find(({ key }) => key === draft.key);
    return option ? [{ draft, option, read: readAxis(option, draft, method) }] : [];
  });
  const parsedSeeds = parseSeeds(seeds);
  const count = wholeNumber(draws, 1, MOST_RUNS);
  const seed = wholeNumber(drawSeed, 0, 0xffffffff);
  const plan = useMemo(() => {
    const read = drafts.map((draft) => {
      const option = sweepOptions(base.model).find(({ key }) => key === draft.key);
      return option ? readAxis(option, draft, method).axis : null;
    });
    const known = read.filter((axis) => axis !== null);
    const broken =
      known.length < read.length ||
      (method === 'random' && (count === null || seed === null)) ||
      (method === 'grid' && combinations(known) > MOST_RUNS);
    return broken ? NOTHING : planSweep(base, { axes: known, method, draws: count ?? 0, drawSeed: seed ?? 0 }, dataset);
  }, [base, dataset, drafts, method, count, seed]);
  const size = combinations(axes.flatMap(({ read: { axis } }) => axis ?? []));
  const planned = plan.points.length * (parsedSeeds.seeds?.length ?? 0);
  const tooMany = (method === 'grid' && size > MOST_RUNS) || planned > MOST_RUNS;

  const sweep: Sweep = { axes: plan.axes, method, ...(method === 'random' && { drawSeed: seed ?? 0 }), medianRule };
  const wanted = tooMany
    ? []
    : sweepRuns(base, plan.points, parsedSeeds.seeds ?? [], { id, name: sweepName(base, plan.axes), sweep });
  const all = withPretraining(wanted, runs);

  const start = async (): Promise<void> => {
    setQueueing(true);
    const ids = await useRuns.getState().enqueue(wanted);
    setQueueing(false);
    // The form's page says how many were not stored.
    if (ids.length === wanted.length) await navigate(`/sweeps/${id}`);
    else onClose();
  };
  const change = (place: number, draft: AxisDraft | null): void =>
    setDrafts(drafts.flatMap((one, i) => (i === place ? (draft ?? []) : [one])));
  const next = nextAxis(base.model, base.config, drafts);

  return (
    <QueueDialog
      title={`Sweep: ${modelTable(base.model).name} on ${dataset.name}`}
      description="Every point uses the form’s settings and changes only the values of the axes. The runs are queued, and their results become one chart."
      wanted={wanted}
      dataset={dataset}
      queueing={queueing}
      onQueue={() => void start()}
      onClose={onClose}
    >
      <Choice
        segments
        label="Points"
        value={method}
        options={[
          { value: 'grid', label: 'Grid: all combinations' },
          { value: 'random', label: 'Random draws' },
        ]}
        onValueChange={setMethod}
      />
      <div className={styles.axes}>
        {axes.map(({ draft, option, read }, place) => (
          <AxisFields
            key={place}
            place={place}
            draft={draft}
            option={option}
            offered={offeredOptions(
              base.model,
              base.config,
              drafts.filter((one) => one !== draft).map(({ key }) => key),
            )}
            value={base.config[option.key]}
            valueOf={(key) => base.config[key]}
            method={method}
            problem={read.problem}
            onChange={(changed) => change(place, changed)}
            onRemove={drafts.length > 1 ? () => change(place, null) : null}
          />
        ))}
        {drafts.length < MOST_AXES && (
          <div>
            <Button small disabled={next === null} onClick={() => next && setDrafts([...drafts, next])}>
              Add an axis
            </Button>
          </div>
        )}
      </div>
      {method === 'random' && (
        <div className={styles.draws}>
          <Field label="Number of draws" {...(count === null && { error: `A whole number from 1 to ${MOST_RUNS}.` })}>
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                value={draws}
                onChange={(event) => setDraws(event.target.value)}
              />
            )}
          </Field>
          <Field
            label="Draw seed"
            help="The same seed draws the same points."
            {...(seed === null && { error: 'A whole number from 0 to 4,294,967,295.' })}
          >
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                value={drawSeed}
                onChange={(event) => setDrawSeed(event.target.value)}
              />
            )}
          </Field>
        </div>
      )}
      <SeedsField
        seeds={seeds}
        help="Every point is run with each seed and shown as mean ± standard deviation."
        onSeeds={setSeeds}
      />
      <Checkbox
        label="Stop unpromising runs early (median rule)"
        help={`After an epoch, a run ends if its best validation value so far is below the median of the sweep’s finished runs at that epoch. The rule needs ${LEAST_PEERS} finished runs and spares the first ${GRACE_EPOCHS} epochs. A stopped run keeps its best epoch and says why it ended.`}
        checked={medianRule}
        onCheckedChange={setMedianRule}
      />
      <div role="status">
        <p>
          {tooMany
            ? `More than ${MOST_RUNS} runs: use fewer values, fewer seeds, or random draws.`
            : `${countWords(plan.axes, method, plan.points.length, plan.leftOut.length, parsedSeeds.seeds?.length ?? 0, all.length - wanted.length)}${
                method === 'random' && count !== null && plan.points.length > 0 && plan.points.length < count
                  ? ' There are no more distinct points.'
                  : ''
              }`}
        </p>
      </div>
      {plan.leftOut.length > 0 && (
        <Disclosure title={`${plural(plan.leftOut.length, 'combination')} left out`}>
          <ul className={styles.leftOut}>
            {plan.leftOut.slice(0, SHOWN).map(({ values, reason }) => (
              <li key={pointLabel(values)}>
                <code>{pointLabel(values)}</code>: {reason}
              </li>
            ))}
            {plan.leftOut.length > SHOWN && <li>and {plan.leftOut.length - SHOWN} more</li>}
          </ul>
        </Disclosure>
      )}
    </QueueDialog>
  );
}

/** Combinations named at most. */
const SHOWN = 10;
