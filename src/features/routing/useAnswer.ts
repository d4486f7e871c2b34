import { useEffect, useState } from 'react';
import { faultOf, type Fault } from '../../domain/errors';
import type { AnalysisPhase } from '../../state/analysis';

export type Answer<T> =
  | { readonly name: 'waiting'; readonly phase: AnalysisPhase | null }
  | { readonly name: 'known'; readonly value: T }
  | { readonly name: 'failed'; readonly fault: Fault };

export type Ask<T> = (onPhase: (phase: AnalysisPhase) => void) => Promise<T>;

const WAITING = { name: 'waiting', phase: null } as const;

/** The answer to a question, asked again whenever `ask` is another function; null asks nothing. */
export function useAnswer<T>(ask: Ask<T> | null): Answer<T> {
  const [state, setState] = useState<{ readonly to: Ask<T>; readonly answer: Answer<T> } | null>(null);
  useEffect(() => {
    if (!ask) return undefined;
    let over = false;
    const show = (answer: Answer<T>): void => {
      if (!over) setState({ to: ask, answer });
    };
    ask((phase) => show({ name: 'waiting', phase })).then(
      (value) => show({ name: 'known', value }),
      (error: unknown) => show({ name: 'failed', fault: faultOf(error) }),
    );
    return () => {
      over = true;
    };
  }, [ask]);
  return state && state.to === ask ? state.answer : WAITING;
}
