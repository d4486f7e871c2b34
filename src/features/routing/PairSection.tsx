import { useState } from 'react';
import type { HeatMapCell } from '../../charts/gridKeys';
import type { DatasetLabels } from '../../domain/dataset';
import type { RouterShape } from '../../domain/models/table';
import type { RunRouting } from '../../domain/routes';
import type { RunSummary } from '../../domain/run';
import type { AnalysisThread } from '../../state/analysis';
import { PairList } from './PairList';
import type { Look, Pair } from './otherPair';
import { PairsBeside } from './PairsBeside';
import styles from './routing.module.css';

interface PairSectionProps {
  readonly thread: AnalysisThread;
  readonly run: RunSummary;
  readonly shape: RouterShape;
  readonly routing: RunRouting;
  readonly labels: DatasetLabels | null;
  readonly selected: HeatMapCell | null;
  readonly onSelect: (cell: HeatMapCell | null) => void;
  /** Grows each time a cell of the map is chosen, which brings its list into view. */
  readonly calls: number;
  readonly pair: Pair;
  readonly onPair: (pair: Pair) => void;
}

/** The pairs of an expert, beside them the pair that is looked at; two that are compared stand below. */
export function PairSection({
  thread,
  run,
  shape,
  routing,
  labels,
  selected,
  onSelect,
  calls,
  pair,
  onPair,
}: PairSectionProps) {
  const [second, setSecond] = useState<Look | null>(null);
  const [looks, setLooks] = useState(0);
  return (
    <div className={second ? styles.column : styles.studied}>
      <div className={second ? undefined : styles.kept}>
        <PairList
          routing={routing}
          shape={shape}
          labels={labels}
          selected={selected}
          onSelect={onSelect}
          calls={calls}
          shown={pair}
          onShow={(shown) => {
            onPair(shown);
            setLooks((count) => count + 1);
          }}
        />
      </div>
      <PairsBeside
        thread={thread}
        run={run}
        routing={routing}
        labels={labels}
        pair={pair}
        onPair={onPair}
        second={second}
        onSecond={(look) => {
          setSecond(look);
          // The pairs move below the list.
          if (look && !second) setLooks((count) => count + 1);
        }}
        calls={looks}
      />
    </div>
  );
}
