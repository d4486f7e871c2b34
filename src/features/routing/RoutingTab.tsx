import { memo, useCallback, useMemo, useState } from 'react';
import { formatNumber } from '../../ui/format';
import { Checkbox } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Surface } from '../../ui/Panel';
import { CurveChart } from '../../charts/CurveChart';
import type { HeatMapCell } from '../../charts/gridKeys';
import { routingAlarms } from '../../domain/routes';
import type { RunSummary } from '../../domain/run';
import { epochsDone, type Curves } from '../readings/curves';
import { stageSwitch } from '../readings/observations';
import { shownEpoch } from '../readings/words';
import { EpochBar } from './EpochBar';
import { ExpertMap, probabilityText } from '../readings/ExpertMap';
import {
  newestRouting,
  reachOf,
  routingFrames,
  stageOf,
  timelineSeries,
  triggerMarks,
  type BatchRouting,
  type RoutingFrame,
  stageRule,
} from './frames';
import type { RouterShape } from '../../domain/models/table';
import { FAMILY_NAMES, groupName } from '../readings/expertNames';
import { RoutingStats } from './RoutingStats';
import { RoutedParts } from './RoutedParts';
import { useEpochPlayer } from './useEpochPlayer';
import styles from './routing.module.css';

interface RoutingTabProps {
  readonly run: RunSummary;
  readonly curves: Curves;
  readonly shape: RouterShape;
}

/** Where MAGNET's router sends the validation pairs, epoch by epoch, and what is behind it. */
export const RoutingTab = memo(function RoutingTab({ run, curves, shape }: RoutingTabProps) {
  const { epochs, intervals, stepsPerEpoch } = curves;
  const { experiment } = run;
  const rule = useMemo(() => stageRule(experiment), [experiment]);
  const frames = useMemo(() => routingFrames(epochs, shape), [epochs, shape]);
  const player = useEpochPlayer(frames.length);
  const [selected, setSelected] = useState<HeatMapCell | null>(null);
  const [calls, setCalls] = useState(0);
  const choose = useCallback((cell: HeatMapCell | null) => {
    setSelected(cell);
    if (cell) setCalls((count) => count + 1);
  }, []);
  const [rescale, setRescale] = useState(false);
  const frame = frames[player.place];
  const reach = useMemo(() => reachOf(frames), [frames]);
  const timeline = useMemo(
    () => timelineSeries({ epochs, intervals, stepsPerEpoch }, frames, shape.experts.length),
    [epochs, intervals, stepsPerEpoch, frames, shape],
  );
  const trigger = useMemo(
    () => triggerMarks({ epochs, intervals, stepsPerEpoch }, rule),
    [epochs, intervals, stepsPerEpoch, rule],
  );
  const shownAt = frame && !player.following ? epochsDone(frame.step, curves) : null;
  const marks = useMemo(
    () => [...trigger, ...(shownAt === null ? [] : [{ x: shownAt, label: 'shown' }])],
    [trigger, shownAt],
  );
  const describeX = useCallback((x: number) => `epoch ${formatNumber(x, 4)}`, []);
  const expertNames = useMemo(() => shape.experts.map(({ name }) => name), [shape]);

  const newest = useMemo(() => newestRouting(intervals, shape), [intervals, shape]);
  // It stays from epoch to epoch: what is below must not jump.
  const batches =
    newest && run.status === 'running' ? (
      <BatchMap routing={newest} shape={shape} reach={Math.max(reach, reachOf([newest]))} />
    ) : null;

  if (!frame) {
    return (
      <div className={styles.column}>
        <Notice title="No epoch has finished yet.">
          The routing of the validation pairs is recorded at the end of each epoch
          {batches ? '; until then, this map shows the training batches.' : '.'}
        </Notice>
        {batches}
      </div>
    );
  }
  const switched = stageSwitch(curves);
  const stage = stageOf(frame, switched, rule);
  const alarms = routingAlarms(frame.mean, expertNames, frame);
  const epoch = shownEpoch(frame.epoch);
  return (
    <div className={styles.column}>
      <EpochBar frames={frames} player={player} stage={stage} switchShare={shareBefore(frames, switched)} />
      {alarms.map(({ kind, title, text }) => (
        <Notice key={kind} tone={kind === 'undecided' ? 'info' : 'warning'} title={title}>
          {text}
        </Notice>
      ))}
      <div className={styles.hero}>
        <Surface>
          <ExpertMap
            title={`Mean routing of the validation pairs, epoch ${epoch}`}
            summary={summaryOf(frame, shape)}
            groups={shape.groups}
            families={shape.families}
            cells={frame.cells}
            {...(!rescale && { reach })}
            selected={selected}
            onSelect={choose}
            height={320}
            tools={<Checkbox label="colours for this epoch only" checked={rescale} onCheckedChange={setRescale} />}
          />
          <p className={styles.note}>{readingOf(frame, shape)}</p>
          <RoutingStats frame={frame} experts={shape.experts.length} />
        </Surface>
        <Surface>
          <CurveChart
            title="Routing over time"
            series={timeline}
            xLabel="epoch"
            yLabel="value, 0 to 1"
            cursorKey={run.id}
            marks={marks}
            describeX={describeX}
            height={376}
          />
          <p className={styles.note}>
            H̃: how even the routing of a training batch is. N_eff / E: effective experts, of all. SpecScore: how decided
            single pairs are, 1 − their entropy. Top3Mass: what a pair’s three most probable experts have together. The
            others are explained on the left.
          </p>
        </Surface>
      </div>
      {batches}
      <RoutedParts run={run} shape={shape} selected={selected} onSelect={setSelected} calls={calls} />
    </div>
  );
});

interface BatchMapProps {
  readonly routing: BatchRouting;
  readonly shape: RouterShape;
  readonly reach: number;
}

/** Where the training batches go, several times an epoch. */
function BatchMap({ routing, shape, reach }: BatchMapProps) {
  return (
    <Surface>
      <ExpertMap
        title={`Routing of the newest batches, epoch ${shownEpoch(routing.epoch)}`}
        summary={`Up to step ${formatNumber(routing.step)}: ${mostOf(routing.cells, shape)}.`}
        groups={shape.groups}
        families={shape.families}
        cells={routing.cells}
        reach={reach}
        height={240}
      />
    </Surface>
  );
}

/** Share of the frames that end before the switch. */
function shareBefore(frames: readonly RoutingFrame[], switched: number | null): number | null {
  return switched === null ? null : frames.filter(({ step }) => step < switched).length / Math.max(1, frames.length);
}

function summaryOf(frame: RoutingFrame, shape: RouterShape): string {
  return `Epoch ${shownEpoch(frame.epoch)}: ${mostOf(frame.cells, shape)}; ${formatNumber(frame.effective, 3)} experts are in effective use.`;
}

/** In words what the map and its numbers say together, and what can be done with it. */
function readingOf(frame: RoutingFrame, shape: RouterShape): string {
  const experts = shape.experts.length;
  const decided =
    frame.winnerShare > 2 / experts
      ? `a pair’s most probable expert has ${formatNumber(frame.winnerShare, 2)} on average`
      : `a pair’s most probable expert has only ${formatNumber(frame.winnerShare, 2)} on average, where an even share is ${formatNumber(1 / experts, 2)}, so that first choices mean little`;
  const families = shape.families.includes('com')
    ? ' A Complementary expert leaves its anchor almost out and mixes the others.'
    : '';
  const most = mostOf(frame.cells, shape);
  return `${most.charAt(0).toUpperCase()}${most.slice(1)}; ${decided}.${families} The colours end at the largest departure of any epoch. Choose a cell to list its pairs below.`;
}

function mostOf(all: RoutingFrame['cells'], { groups, families }: RouterShape): string {
  let best = { row: 0, column: 0, value: -1 };
  all.forEach((cells, row) =>
    cells.forEach((value, column) => {
      if ((value ?? -1) > best.value) best = { row, column, value: value ?? -1 };
    }),
  );
  const family = families[best.column];
  const known = all.flat().filter((value) => value !== null).length;
  const times = best.value * known;
  return `the largest share goes to the ${family ? FAMILY_NAMES[family] : ''} expert anchored in ${groupName(groups[best.row] ?? '')} (${probabilityText(best.value)}, ${times.toFixed(2)} times an even share)`;
}
