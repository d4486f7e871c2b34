import { useMemo, type ReactNode } from 'react';
import { Button } from '../../ui/Button';
import { Field, Select } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { useRevealed } from '../../ui/useRevealed';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import type { RunRouting } from '../../domain/routes';
import type { RunSummary } from '../../domain/run';
import type { AnalysisThread } from '../../state/analysis';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { EntityField } from '../readings/EntityField';
import { apartFrom, heldOutOf, otherPair, type Look, type Pair } from './otherPair';
import { PairView } from './PairView';
import styles from './routing.module.css';

interface PairsBesideProps {
  readonly thread: AnalysisThread;
  readonly run: RunSummary;
  readonly routing: RunRouting;
  readonly labels: DatasetLabels | null;
  readonly pair: Pair;
  readonly onPair: (pair: Pair) => void;
  readonly second: Look | null;
  readonly onSecond: (look: Look | null) => void;
  /** Grows each time a pair is chosen elsewhere, which brings it into view. */
  readonly calls: number;
}

/** One pair, or two side by side: another pair, another run, or the other epoch whose weights are kept. */
export function PairsBeside(props: PairsBesideProps) {
  const { thread, run, routing, labels, pair, onPair, second, onSecond, calls } = props;
  const heading = useRevealed(calls);
  const first: Look = { ...pair, runId: run.id, of: run.result ? 'best' : 'latest' };
  const other = second && apartFrom(routing.pairs, first, second);
  const beside = other !== null;
  const shared = { thread, run, routing, labels, wide: !beside };
  return (
    <Panel
      title={beside ? 'Two pairs' : 'One pair'}
      note={
        <span role="status">
          {entityLabel(labels, 'user', pair.user)} and {entityLabel(labels, 'item', pair.item)}
          {other && `; ${entityLabel(labels, 'user', other.user)} and ${entityLabel(labels, 'item', other.item)}`}
        </span>
      }
      headingRef={heading}
      actions={
        beside ? (
          <Button small onClick={() => onSecond(null)}>
            Only one
          </Button>
        ) : (
          <Button small onClick={() => onSecond({ ...first, ...otherPair(routing.pairs, first) })}>
            Compare with another
          </Button>
        )
      }
      plain
    >
      <div className={beside ? styles.beside : styles.alone}>
        <PairLook {...shared} look={first} onPair={onPair} />
        {other && (
          <PairLook
            {...shared}
            look={other}
            onPair={(changes) => onSecond({ ...other, ...changes })}
            chooser={<WeightsChooser run={run} look={other} first={first} onChange={onSecond} />}
          />
        )}
      </div>
    </Panel>
  );
}

interface WeightsChooserProps {
  readonly run: RunSummary;
  readonly look: Look;
  readonly first: Look;
  readonly onChange: (look: Look) => void;
}

/** Which weights the second pair is looked at with; with others than the first, it can be the same pair. */
function WeightsChooser({ run, look, first, onChange }: WeightsChooserProps) {
  const all = useRuns((state) => state.runs);
  const others = useMemo(() => weightsToChoose(all, run), [all, run]);
  const apart = look.runId !== first.runId || look.of !== first.of;
  return (
    <>
      <Field label="Model">
        {(control) => (
          <Select
            {...control}
            value={`${look.runId} ${look.of}`}
            options={others}
            onValueChange={(value) => {
              const [runId = run.id, of] = value.split(' ');
              onChange({ ...look, runId, of: of === 'latest' ? 'latest' : 'best' });
            }}
          />
        )}
      </Field>
      {apart && (look.user !== first.user || look.item !== first.item) && (
        <Button small onClick={() => onChange({ ...look, user: first.user, item: first.item })}>
          Same pair
        </Button>
      )}
    </>
  );
}

interface PairLookProps extends Pick<PairsBesideProps, 'thread' | 'run' | 'routing' | 'labels'> {
  readonly look: Look;
  readonly onPair: (pair: Pair) => void;
  readonly wide: boolean;
  readonly chooser?: ReactNode;
}

function PairLook({ thread, look, run, routing, labels, onPair, wide, chooser }: PairLookProps) {
  const statistics = useDatasets(
    (state) => state.datasets.find(({ id }) => id === run.experiment.dataset.id)?.statistics,
  );
  return (
    <div className={wide ? styles.column : styles.look}>
      <div className={styles.choosers}>
        {chooser}
        <EntityField
          label="User"
          value={look.user}
          count={statistics?.users ?? 0}
          scope="user"
          labels={labels}
          onChange={(user) => onPair({ item: heldOutOf(routing.pairs, user) ?? look.item, user })}
        />
        <EntityField
          label="Item"
          value={look.item}
          count={statistics?.items ?? 0}
          scope="item"
          labels={labels}
          onChange={(item) => onPair({ user: look.user, item })}
        />
      </div>
      <PairView
        thread={thread}
        runId={look.runId}
        of={look.of}
        user={look.user}
        item={look.item}
        routing={routing}
        labels={labels}
        wide={wide}
        onItem={(item) => onPair({ user: look.user, item })}
      />
    </div>
  );
}

/** Runs of the same model and dataset whose weights are stored, at their best and at their last epoch. */
function weightsToChoose(
  runs: readonly RunSummary[],
  run: RunSummary,
): { readonly value: string; readonly label: string }[] {
  const { dataset, model } = run.experiment;
  return runs
    .filter(
      (one) =>
        one.experiment.model === model &&
        one.experiment.dataset.fingerprint === dataset.fingerprint &&
        (one.result !== null || one.epochsDone > 0),
    )
    .flatMap((one) => {
      const name = one.id === run.id ? 'this run' : `${one.name}, seed ${one.experiment.seed}`;
      const best = {
        value: `${one.id} best`,
        label: one.result ? `${name}, best epoch` : `${name}, best epoch so far`,
      };
      const latest = {
        value: `${one.id} latest`,
        label: one.result ? `${name}, last epoch` : `${name}, newest checkpoint`,
      };
      return one.result?.bestEpoch === one.epochsDone - 1 ? [best] : [best, latest];
    });
}
