import { useEffect, useState } from 'react';
import { faultOf, type Fault } from '../../domain/errors';
import type { AnalysisPhase, AskOptions } from '../../state/analysis';

export interface Answer<T> {
  /** null until it is there, and for a question that is not asked. */
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly phase: AnalysisPhase | null;
}

const NOTHING: Answer<never> = { value: null, fault: null, phase: null };

/** Asks the analysis thread `command` (null: nothing), again when it changes; an answer to an older question is never shown. */
export function useAnswer<Command extends object, T>(command: Command | null, ask: (command: Command, options: AskOptions) => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<{ readonly to: Command; readonly answer: Answer<T> } | null>(null);
  useEffect(() => {
    if (!command) return undefined;
    const controller = new AbortController();
    const show = (answer: Answer<T>): void => {
      if (!controller.signal.aborted) setAnswer({ to: command, answer });
    };
    ask(command, { signal: controller.signal, onPhase: (phase) => show({ value: null, fault: null, phase }) }).then(
      (value) => show({ value, fault: null, phase: null }),
      (error: unknown) => show({ value: null, fault: faultOf(error), phase: null }),
    );
    return () => controller.abort();
  }, [command, ask]);
  return command !== null && answer?.to === command ? answer.answer : NOTHING;
}
