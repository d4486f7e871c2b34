import { useCallback, useMemo, useState } from 'react';
import { faultOf, type Fault } from '../../domain/errors';
import {
  knockoutKey,
  type Knockout,
  type KnockoutChoices,
  type KnockoutEffect,
  type KnockoutReport,
} from '../../domain/knockouts';
import type { WeightsOf } from '../../domain/run';
import { knockOut, knockoutChoicesOf, type AnalysisThread } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import type { AskOptions, Phase } from '../../state/workerThread';

export interface Knockouts {
  readonly choices: KnockoutChoices | null;
  /** What is known so far: `effects` in the order in which they were asked for. */
  readonly report: KnockoutReport | null;
  /** While the bench ranks. */
  readonly phase: Phase | null;
  readonly busy: boolean;
  readonly fault: Fault | null;
  /** Those that are known already are not asked for again. */
  readonly ask: (knockouts: readonly Knockout[]) => void;
}

/** What can be knocked out of a run, and what was. */
export function useKnockouts(thread: AnalysisThread, runId: string, of: WeightsOf): Knockouts {
  const command = useMemo(() => ({ runId, of }), [runId, of]);
  const asking = useCallback(
    (asked: typeof command, options: AskOptions) => knockoutChoicesOf(thread, asked, phaseOnly(options)),
    [thread],
  );
  const { value: choices, fault: unread } = useAnswer(command, asking);
  const [report, setReport] = useState<KnockoutReport | null>(null);
  const [phase, setPhase] = useState<Phase | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const ask = (knockouts: readonly Knockout[]): void => {
    const known = new Set(report?.effects.map(({ knockout }) => knockoutKey(knockout)));
    const experts = choices?.parts.filter(({ kind }) => kind === 'expert') ?? [];
    const all =
      experts.length > 0 && experts.every((one) => knockouts.some((other) => knockoutKey(other) === knockoutKey(one)));
    // All experts are ranked together: what one says of their shares needs every one.
    const wanted = all ? knockouts : knockouts.filter((one) => !known.has(knockoutKey(one)));
    if (wanted.length === 0 || (all && report?.faithfulness)) return;
    setBusy(true);
    setFault(null);
    knockOut(thread, { ...command, knockouts: wanted }, { onPhase: setPhase })
      .then((found) => setReport((before) => merged(before, found)))
      .catch((error: unknown) => setFault(faultOf(error)))
      .finally(() => {
        setBusy(false);
        setPhase(null);
      });
  };
  return { choices, report, phase, busy, fault: fault ?? unread, ask };
}

// A question that is called off would end the thread, which others use too.
const phaseOnly = ({ onPhase }: AskOptions): AskOptions => (onPhase ? { onPhase } : {});

function merged(before: KnockoutReport | null, found: KnockoutReport): KnockoutReport {
  if (!before) return found;
  const effects = new Map<string, KnockoutEffect>();
  for (const effect of [...before.effects, ...found.effects]) effects.set(knockoutKey(effect.knockout), effect);
  return { ...found, effects: [...effects.values()], faithfulness: found.faithfulness ?? before.faithfulness };
}
