import { useMemo, useState, type ReactNode } from 'react';
import { Button } from '../../ui/Button';
import { Field, Select } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import type { DatasetLabels } from '../../domain/dataset';
import type { RunRouting } from '../../domain/routes';
import type { RunSummary, WeightsOf } from '../../domain/run';
import type { AnalysisThread } from '../../state/analysis';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { EntityField } from '../readings/EntityField';
import { PairView } from './PairView';
import styles from './routing.module.css';

interface Pair {
  readonly user: number;
  readonly item: number;
}

/** A pair, and the weights it is looked at with. */
interface Look extends Pair {
  readonly runId: string;
  readonly of: WeightsOf;
}

interface PairsBesideProps {
  readonly thread: AnalysisThread;
  readonly run: RunSummary;
  readonly routing: RunRouting;
  readonly labels: DatasetLabels | null;
  readonly pair: Pair;
}

/** One pair, or two side by side: another pair, another run, or the other epoch whose weights are kept. */
export function PairsBeside({ thread, run, routing, labels, pair }: PairsBesideProps) {
  const own: WeightsOf = run.result ? 'best' : 'latest';
  const [first, setFirst] = useState<Pair>(pair);
  const [second, setSecond] = useState<Look | null>(null);
  const all = useRuns((state) => state.runs);
  const others = useMemo(() => weightsToChoose(all, run), [all, run]);
  const change = (look: Look, changes: Partial<Look>): void => setSecond({ ...look, ...changes });
  return (
    <Panel
      title="One pair"
      note="routing, evidence and the ranked list"
      actions={
        second ? (
          <Button small onClick={() => setSecond(null)}>
            Only one
          </Button>
        ) : (
          <Button small onClick={() => setSecond({ ...first, runId: run.id, of: own })}>
            Compare with another
          </Button>
        )
      }
      plain
    >
      <div className={second ? styles.beside : styles.alone}>
        <PairLook
          thread={thread}
          look={{ ...first, runId: run.id, of: own }}
          run={run}
          routing={routing}
          labels={labels}
          onPair={setFirst}
          wide={!second}
        />
        {second && (
          <PairLook
            thread={thread}
            look={second}
            run={run}
            routing={routing}
            labels={labels}
            onPair={(changes) => change(second, changes)}
            wide={false}
            chooser={
              <Field label="Weights">
                {(control) => (
                  <Select
                    {...control}
                    value={`${second.runId} ${second.of}`}
                    options={others}
                    onValueChange={(value) => {
                      const [runId = run.id, of] = value.split(' ');
                      change(second, { runId, of: of === 'latest' ? 'latest' : 'best' });
                    }}
                  />
                )}
              </Field>
            }
          />
        )}
      </div>
    </Panel>
  );
}

interface PairLookProps extends Omit<PairsBesideProps, 'pair'> {
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
    <div className={styles.column}>
      <div className={styles.choosers}>
        {chooser}
        <EntityField
          label="User"
          value={look.user}
          count={statistics?.users ?? 0}
          scope="user"
          labels={labels}
          onChange={(user) => onPair({ item: heldOutOf(routing, user) ?? look.item, user })}
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

/** A held-out item of the user, a test item first. */
function heldOutOf({ pairs }: RunRouting, user: number): number | undefined {
  const places = Array.from(pairs.users.keys()).filter((place) => pairs.users[place] === user);
  return pairs.items[places.find((place) => pairs.split[place] === 2) ?? places[0] ?? -1];
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
