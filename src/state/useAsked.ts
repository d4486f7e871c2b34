import { useEffect, useMemo, useState } from 'react';
import { faultOf, type Fault } from '../domain/errors';
import type { Phase, AskOptions } from './workerThread';

type Ask<T> = (options: AskOptions) => Promise<T>;

export interface Asked<T> {
  /** The answer to the question as it is put now. */
  readonly value: T | null;
  /** The newest answer, whatever it was to. */
  readonly last: T | null;
  readonly fault: Fault | null;
  readonly phase: Phase | null;
}

interface Settled<T> {
  readonly ask: Ask<T>;
  readonly value: T | null;
  readonly fault: Fault | null;
}

/** Asks whenever `ask` changes, and calls off what was asked before; null asks nothing. */
export function useAsked<T>(ask: Ask<T> | null): Asked<T> {
  const [settled, setSettled] = useState<Settled<T> | null>(null);
  const [last, setLast] = useState<T | null>(null);
  const [phase, setPhase] = useState<{ readonly ask: Ask<T>; readonly phase: Phase } | null>(null);
  useEffect(() => {
    if (!ask) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    ask({ signal, onPhase: (now) => !signal.aborted && setPhase({ ask, phase: now }) }).then(
      (value) => {
        if (signal.aborted) return;
        setSettled({ ask, value, fault: null });
        setLast(value);
      },
      (error: unknown) => !signal.aborted && setSettled({ ask, value: null, fault: faultOf(error) }),
    );
    return () => stop.abort();
  }, [ask]);
  const current = ask !== null && settled?.ask === ask ? settled : null;
  return {
    value: current?.value ?? null,
    last,
    fault: current?.fault ?? null,
    phase: ask !== null && !current && phase?.ask === ask ? phase.phase : null,
  };
}

/** The same for a question in two parts, of which both must keep their identity; null asks nothing. */
export function useAnswer<Command extends object, T>(
  command: Command | null,
  ask: (command: Command, options: AskOptions) => Promise<T>,
): Asked<T> {
  return useAsked(useMemo(() => (command ? (options: AskOptions) => ask(command, options) : null), [command, ask]));
}
