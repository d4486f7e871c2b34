import { memo, useCallback, useMemo } from 'react';
import { formatBytes, formatNumber, formatPercent, formatSeconds } from '../../ui/format';
import { Columns, Stack } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { BACKEND_LABELS } from '../../ui/words';
import { CurveChart } from '../../charts/CurveChart';
import type { RunSummary, StepsTaken } from '../../domain/run';
import { ConvergencePanel } from './ConvergencePanel';
import { median, thirdSeries, type Curves } from '../readings/curves';
import { HostStats } from '../readings/HostStats';
import { MEMORY_PARTS } from '../readings/memoryParts';
import styles from './runs.module.css';

/** Time and memory: what a run costs, against what was expected of it. */
export const EfficiencyTab = memo(function EfficiencyTab({
  run,
  curves,
}: {
  readonly run: RunSummary;
  readonly curves: Curves;
}) {
  const seconds = useMemo(() => thirdSeries(curves, 'seconds'), [curves]);
  const training = useMemo(() => median(curves.epochs.map(({ trainSeconds }) => trainSeconds)), [curves]);
  const evaluation = useMemo(
    () => median(curves.epochs.flatMap(({ valid, evaluateSeconds }) => (valid ? [evaluateSeconds] : []))),
    [curves],
  );
  const describeX = useCallback((x: number) => `epoch ${formatNumber(x, 4)}`, []);
  const { device, memory, estimate } = run;
  const failed = device?.selfTest.filter(({ passed }) => !passed) ?? [];
  return (
    <Columns min={380}>
      <ConvergencePanel run={run} curves={curves} />
      <Stack>
        <Panel title="Time" note={run.seconds > 0 && `${formatSeconds(run.seconds)} of work, without pauses`}>
          <StatList>
            <Stat label="Training" value={formatSeconds(training)} note="per epoch, median" />
            <Stat label="Evaluation" value={formatSeconds(evaluation)} note="median" />
            <Stat
              label="Steps per second"
              value={training ? formatNumber(curves.stepsPerEpoch / training, 3) : '–'}
              note="while training"
            />
          </StatList>
          <CurveChart
            title="Seconds per epoch"
            series={seconds}
            xLabel="epoch"
            yLabel="s"
            cursorKey={`${run.id} time`}
            describeX={describeX}
            height={176}
            emptyText="No epoch has finished yet."
          />
        </Panel>
        <Panel title="Device">
          {device ? (
            <StatList rows>
              <Stat label="Device" value={device.name} />
              <Stat
                label="Backend"
                value={`${BACKEND_LABELS[device.backend]}${device.software ? ', on the processor' : ''}`}
              />
              {device.architecture && device.architecture !== device.backend && (
                <Stat label="Architecture" value={`${device.vendor} ${device.architecture}`} />
              )}
              <Stat
                label="Self-test"
                value={
                  device.selfTest.length === 0
                    ? 'not run'
                    : failed.length === 0
                      ? `${device.selfTest.length} of ${device.selfTest.length} passed`
                      : `failed: ${failed.map(({ name }) => name).join(', ')}`
                }
              />
              {run.steps && <Stat label="Steps from a capture" value={capturedShare(run.steps)} />}
              {run.steps?.threadMs && (
                <Stat label="Training thread, per step" value={threadTimes(run.steps.threadMs)} />
              )}
              {Object.entries(device.versions).map(([name, version]) => (
                <Stat key={name} label={name} value={version} />
              ))}
            </StatList>
          ) : (
            <p>No device yet.</p>
          )}
          {run.steps?.refused && <p className={styles.note}>Steps are not captured: {run.steps.refused}.</p>}
          {device?.fallbackReason && <p className={styles.note}>No faster backend: {device.fallbackReason}</p>}
        </Panel>
      </Stack>
      <Panel title="Memory">
        <StatList>
          <Stat label="Expected" value={formatBytes(estimate?.total)} />
          <Stat
            label="Peak"
            value={formatBytes(memory?.peak)}
            note={
              estimate && memory
                ? `${formatPercent(memory.peak / estimate.total)} of what was expected`
                : 'on the device'
            }
          />
          <Stat label="In tensors" value={formatBytes(memory?.tensors)} note="at the last report" />
        </StatList>
        {estimate ? (
          <>
            <StatList rows>
              {MEMORY_PARTS.map(({ key, label }) => (
                <Stat key={key} label={label} value={formatBytes(estimate[key])} />
              ))}
            </StatList>
            {estimate.host && <HostStats host={estimate.host} />}
          </>
        ) : (
          <p>The estimate is made when the run is prepared.</p>
        )}
      </Panel>
    </Columns>
  );
});

/** How much of the training was played from a capture, and how many kernels a step has. */
function capturedShare({ played, ordinary, kernels }: StepsTaken): string {
  const share = formatPercent(played / Math.max(1, played + ordinary));
  return kernels === null ? share : `${share}, ${formatNumber(kernels)} kernels each`;
}

function threadTimes({ played, ordinary }: NonNullable<StepsTaken['threadMs']>): string {
  const ms = (value: number): string => `${formatNumber(value, 2)} ms`;
  const without = ordinary === null ? [] : [played === null ? ms(ordinary) : `${ms(ordinary)} without a capture`];
  return [...(played === null ? [] : [`${ms(played)} from a capture`]), ...without].join(', ') || '–';
}
