import { useCallback, useMemo, useState } from 'react';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import type { HeatMapCell } from '../../charts/gridKeys';
import { firstChoiceAlarm } from '../../domain/routes';
import { isActive, type RunSummary } from '../../domain/run';
import { routeRun } from '../../state/analysis';
import { useAnalysisThread } from '../../state/useAnalysisThread';
import type { AskOptions } from '../../state/workerThread';
import { KnockoutPanel } from '../knockouts/KnockoutPanel';
import { shownEpoch } from '../readings/words';
import { Breakdowns } from './Breakdowns';
import type { RouterShape } from '../../domain/models/table';
import { PairSection } from './PairSection';
import { useAnswer } from '../../state/useAsked';
import { useLabels } from '../../state/useLabels';
import styles from './routing.module.css';

interface RoutedPartsProps {
  readonly run: RunSummary;
  readonly shape: RouterShape;
  readonly selected: HeatMapCell | null;
  readonly onSelect: (cell: HeatMapCell | null) => void;
  /** Grows each time a cell of the map is chosen. */
  readonly calls: number;
}

/** What needs the weights: the pairs of an expert, single pairs, knock-outs, parts of the data. Of a run that trains, those of its newest checkpoint. */
export function RoutedParts({ run, shape, selected, onSelect, calls }: RoutedPartsProps) {
  const thread = useAnalysisThread();
  const [asked, setAsked] = useState(0);
  const { id, result } = run;
  const training = isActive(run.status);
  // A run that has ended is asked again: then the weights of its best epoch are there.
  const command = useMemo(
    () => ({ runId: id, of: result ? ('best' as const) : ('latest' as const), asked }),
    [id, result, asked],
  );
  const ask = useCallback(
    ({ runId, of }: typeof command, { onPhase }: AskOptions) =>
      routeRun(thread, { runId, of }, onPhase ? { onPhase } : {}),
    [thread],
  );
  const { value: routing, fault, phase } = useAnswer(command, ask);
  const labels = useLabels(run.experiment.dataset.id);
  const again = useCallback(() => setAsked((count) => count + 1), []);
  const [pair, setPair] = useState<{ readonly user: number; readonly item: number } | null>(null);

  if (fault) {
    return (
      <div className={styles.column}>
        <FaultNotice fault={fault} />
        <div>
          <Button onClick={again}>Try again</Button>
        </div>
      </div>
    );
  }
  if (!routing) {
    return (
      <Panel title="Pairs, knock-outs and groups">
        <p role="status">{phase?.text ?? 'reading the run'} …</p>
        <ProgressBar label="Reading the run" fraction={phase?.fraction ?? null} />
      </Panel>
    );
  }
  const alarm = firstChoiceAlarm(
    routing.pairs.first,
    routing.experts.map(({ name }) => name),
  );
  const first = routing.pairs.split.indexOf(2);
  const place = first < 0 ? 0 : first;
  const shown = pair ?? { user: routing.pairs.users[place] ?? 0, item: routing.pairs.items[place] ?? 0 };
  return (
    <div className={styles.column}>
      <div className={styles.basis}>
        <p>
          {result
            ? `Everything below uses the model of the best epoch, ${shownEpoch(routing.epoch)}, whichever epoch the slider shows.`
            : `Everything below uses the model as saved after epoch ${shownEpoch(routing.epoch)}; ${plural(run.epochsDone, 'epoch')} done so far.`}
        </p>
        {training && (
          <Button small onClick={again}>
            Update to the newest epoch
          </Button>
        )}
      </div>
      {alarm && (
        <Notice tone="warning" title={alarm.title}>
          {alarm.text}
        </Notice>
      )}
      <PairSection
        thread={thread}
        run={run}
        shape={shape}
        routing={routing}
        labels={labels}
        selected={selected}
        onSelect={onSelect}
        calls={calls}
        pair={shown}
        onPair={setPair}
      />
      <KnockoutPanel
        key={`${routing.epoch} ${asked}`}
        thread={thread}
        run={run}
        labels={labels}
        selected={selected}
        pairUser={shown.user}
      />
      <Breakdowns routing={routing} />
    </div>
  );
}
