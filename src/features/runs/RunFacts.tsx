import { useEffect, useRef, useState } from 'react';
import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatNumber,
  formatRounded,
  formatSeconds,
  plural,
} from '../../ui/format';
import { ProgressBar } from '../../ui/ProgressBar';
import { BACKEND_LABELS } from '../../ui/words';
import { isComputedAtOnce } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { useAttention } from '../../state/attention';
import type { LiveRun } from '../../state/liveRun';
import { RunWordButtons } from './RunWords';
import { StatusBadge } from './StatusBadge';
import { useLiveRun } from './useCurves';
import { shownEpoch } from '../readings/words';
import styles from './runs.module.css';

/** Silence after which the page says that nothing arrives. */
const SILENT_MS = 30_000;
const ANNOUNCE_MS = 10_000;

/** The line under a run's title: where it is, how fast, how long still. */
export function RunFacts({ run }: { readonly run: RunSummary }) {
  const live = useLiveRun(run.id);
  const awake = useAttention((state) => state.held);
  const facts = live ? liveFacts(run, live) : storedFacts(run);
  const progress = live?.progress;
  return (
    <>
      <ul className={styles.facts}>
        <li>
          <StatusBadge status={live?.status ?? run.status} />
        </li>
        {facts.map((fact) => (
          <li key={fact.key}>{fact.text}</li>
        ))}
        {live && awake && <li>keeps this device awake</li>}
        {live && <Silence live={live} />}
        <li>
          <RunWordButtons run={run} />
        </li>
      </ul>
      {live && progress && (
        <ProgressBar
          label="Steps of this epoch"
          fraction={progress.stepInEpoch / Math.max(1, progress.stepsPerEpoch)}
          text={`${progress.stepInEpoch} of ${progress.stepsPerEpoch} steps`}
        />
      )}
      {live && <Announcer text={[live.status, ...facts.slice(0, 4).map(({ text }) => text)].join(', ')} />}
    </>
  );
}

interface Fact {
  readonly key: string;
  readonly text: string;
}

function liveFacts(run: RunSummary, live: LiveRun): Fact[] {
  const { config } = run.experiment;
  const { progress } = live;
  const facts: Fact[] = [];
  if (progress) {
    facts.push({
      key: 'epoch',
      text: `epoch ${formatCount(shownEpoch(progress.epoch))} / ≤${formatCount(Number(config['epochs']))}`,
    });
    if (progress.epochSeconds !== null)
      facts.push({ key: 'pace', text: `${formatSeconds(progress.epochSeconds)}/epoch` });
    if (Number(config['patience']) > 0)
      facts.push({ key: 'patience', text: `patience ${progress.sinceBest}/${Number(config['patience'])}` });
    if (progress.etaSeconds !== null && live.status === 'running')
      facts.push({ key: 'left', text: `at most ${formatRounded(progress.etaSeconds)} left` });
    // Without a number between epochs: the line must not jump.
    facts.push({ key: 'steps', text: `${formatNumber(progress.stepsPerSecond, 3)} steps/s` });
    facts.push({
      key: 'memory',
      text: `${formatBytes(progress.memory.allocated)} on the device, peak ${formatBytes(progress.memory.peak)}`,
    });
  }
  const device = live.device ?? run.device;
  if (device) facts.push({ key: 'device', text: `${device.name} · ${BACKEND_LABELS[device.backend]}` });
  if (live.restarts > 0) facts.push({ key: 'restarts', text: `device lost ${plural(live.restarts, 'time')}` });
  return facts;
}

function storedFacts(run: RunSummary): Fact[] {
  const atOnce = isComputedAtOnce(run.experiment.model);
  const facts: Fact[] = atOnce ? [] : [{ key: 'epochs', text: plural(run.epochsDone, 'epoch') }];
  const best = run.result?.bestEpoch ?? run.best?.epoch;
  if (best !== undefined && !atOnce) facts.push({ key: 'best', text: `best epoch ${shownEpoch(best)}` });
  if (run.seconds > 0) facts.push({ key: 'seconds', text: `${formatSeconds(run.seconds)} of work` });
  if (run.epochsDone > 0 && run.seconds > 0 && !atOnce)
    facts.push({ key: 'pace', text: `${formatSeconds(run.seconds / run.epochsDone)}/epoch` });
  if (run.memory) facts.push({ key: 'memory', text: `peak ${formatBytes(run.memory.peak)} on the device` });
  if (run.device) facts.push({ key: 'device', text: `${run.device.name} · ${BACKEND_LABELS[run.device.backend]}` });
  facts.push({ key: 'created', text: formatDateTime(run.createdAt) });
  return facts;
}

/** Counts the seconds since the last event, once they are many. */
function Silence({ live }: { readonly live: LiveRun }) {
  const [silentMs, setSilentMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(
      () => setSilentMs(live.status === 'paused' ? 0 : performance.now() - live.lastNewsMs),
      5000,
    );
    return () => clearInterval(timer);
  }, [live]);
  if (silentMs < SILENT_MS) return null;
  return <li className={styles.warning}>⚠ no report for {Math.round(silentMs / 1000)} s</li>;
}

/** Reads the state out, at most every ten seconds. */
function Announcer({ text }: { readonly text: string }) {
  const latest = useRef(text);
  const [said, setSaid] = useState('');
  useEffect(() => {
    latest.current = text;
  });
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), ANNOUNCE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}
