import { useEffect, useRef, useState } from 'react';
import { formatCount, formatNumber } from '../../ui/format';
import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { Stat, StatList } from '../../ui/Stat';
import type { DatasetDocument } from '../../domain/dataset';
import { faultOf, type Fault } from '../../domain/errors';
import { LEAKAGE_WORDS, leakageVerdict, SUSPICIOUS_EFFECT, type LeakageProbe } from '../../domain/leakage';
import { leakageOf } from '../../state/analysis';
import type { Phase } from '../../state/workerThread';

type Stage =
  | { readonly name: 'idle' }
  | { readonly name: 'probing'; readonly phase: Phase | null }
  | { readonly name: 'probed'; readonly probe: LeakageProbe }
  | { readonly name: 'failed'; readonly fault: Fault };

/** Looks for held-out items in the user profiles of a dataset. */
export function LeakagePanel({ dataset }: { readonly dataset: DatasetDocument }) {
  const [stage, setStage] = useState<Stage>({ name: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const probe = (): void => {
    const controller = new AbortController();
    running.current = controller;
    setStage({ name: 'probing', phase: null });
    leakageOf(dataset.id, { signal: controller.signal, onPhase: (phase) => setStage({ name: 'probing', phase }) }).then(
      (result) => setStage({ name: 'probed', probe: result }),
      (error: unknown) => !controller.signal.aborted && setStage({ name: 'failed', fault: faultOf(error) }),
    );
  };
  return (
    <Panel
      title="Do the profiles leak held-out items?"
      actions={
        <Button small onClick={probe} disabled={stage.name === 'probing'}>
          Probe the profiles
        </Button>
      }
    >
      <p>
        {dataset.source.kind === 'reasoning' && !dataset.source.provenance.counts.imported?.profiles
          ? 'These profiles were made here, from training interactions only. The probe should find nothing.'
          : 'A profile written from all interactions contains the answers of the test. The probe compares held-out items with unseen items of similar popularity and similar closeness to the user’s training history.'}
      </p>
      {stage.name === 'probing' && (
        <ProgressBar label="Probing" fraction={stage.phase?.fraction ?? null} text={stage.phase?.text ?? 'starting'} />
      )}
      {stage.name === 'failed' && <FaultNotice fault={stage.fault} />}
      {stage.name === 'probed' && <Found probe={stage.probe} />}
    </Panel>
  );
}

function Found({ probe }: { readonly probe: LeakageProbe }) {
  const verdict = leakageVerdict(probe);
  const { title, text } = LEAKAGE_WORDS[verdict];
  const [low, high] = probe.interval;
  return (
    <>
      <Notice tone={verdict === 'clear' ? 'ok' : 'warning'} live="polite" title={title}>
        {text}
      </Notice>
      <StatList>
        <Stat
          label="Effect"
          value={formatNumber(probe.effect, 3)}
          note={`standard deviations of the controls; above ${SUSPICIOUS_EFFECT} is suspicious`}
        />
        <Stat
          label="95 % interval"
          value={`${formatNumber(low, 3)} to ${formatNumber(high, 3)}`}
          note="bootstrap over users"
        />
        <Stat
          label="Mean difference of cosine"
          value={formatNumber(probe.difference, 3)}
          note={`standard deviation of the controls ${formatNumber(probe.controlDeviation, 3)}`}
        />
        <Stat
          label="Users"
          value={formatCount(probe.users)}
          note={`${formatCount(probe.pairs)} held-out items, ${formatCount(probe.controls)} controls each`}
        />
      </StatList>
    </>
  );
}
