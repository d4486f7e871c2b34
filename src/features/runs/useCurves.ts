import { startTransition, useEffect, useState } from 'react';
import { faultOf, type Fault } from '../../domain/errors';
import type { Finding } from '../../domain/observations';
import type { EpochPoint, RunDocument, RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { liveRun, useRuns } from '../../state/runs';
import { readRun } from '../../storage/runs';
import { stepsPerEpochOf, type Curves } from '../readings/curves';

/** Panels redraw at most this often while a run trains. */
const EVERY_MS = 400;

interface Loaded {
  readonly id: string;
  readonly curves: Curves;
  /** The stored document; null while the run is in progress. */
  readonly document: RunDocument | null;
  readonly fault: Fault | null;
}

/** A run's curves: from the worker's events while it is in progress, from storage otherwise. What is shown stays until it is replaced. */
export function useCurves(id: string): Loaded | null {
  const active = useRuns((state) => state.activeId === id);
  const change = useRuns((state) => state.changes[id] ?? 0);
  const loaded = useRuns((state) => state.loaded);
  const [shown, setShown] = useState<Loaded | null>(null);

  useEffect(() => {
    if (!loaded) return undefined;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (curves: Curves, document: RunDocument | null, fault: Fault | null): void => {
      // A transition: drawing three charts must not hold up a key or a click.
      if (!over) startTransition(() => setShown({ id, curves, document, fault }));
    };
    if (!active) {
      readRun(database, id).then(
        (run) =>
          show(
            {
              epochs: run.epochs,
              intervals: run.intervals,
              stepsPerEpoch: stepsPerEpochOf(run.stepsPerEpoch, run.epochs),
            },
            run,
            null,
          ),
        (error: unknown) => show({ epochs: [], intervals: [], stepsPerEpoch: 1 }, null, faultOf(error)),
      );
      return () => {
        over = true;
      };
    }
    let version = -1;
    let epochs: readonly EpochPoint[] = [];
    const copy = (): void => {
      timer = undefined;
      const live = liveRun(id);
      if (!live || live.curves === version) return;
      version = live.curves;
      const stepsPerEpoch = stepsPerEpochOf(live.progress?.stepsPerEpoch ?? 0, live.epochs);
      // The same array while no epoch ends: what is drawn of epochs only stays as it is.
      if (epochs.length !== live.epochs.length || epochs.at(-1) !== live.epochs.at(-1)) epochs = [...live.epochs];
      show({ epochs, intervals: [...live.intervals], stepsPerEpoch }, null, null);
    };
    const unsubscribe = useRuns.subscribe(() => {
      timer ??= setTimeout(copy, EVERY_MS);
    });
    copy();
    return () => {
      over = true;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [id, active, change, loaded]);

  return shown?.id === id ? shown : null;
}

/** The run in progress under this id, redrawn with every report (at most ten times a second). */
export function useLiveRun(id: string) {
  useRuns((state) => (state.activeId === id ? state.revision : -1));
  return liveRun(id);
}

const NO_FINDINGS: readonly Finding[] = [];

/** What the run found out about its data: from its worker's word while it is in progress. */
export function useFindings(run: RunSummary): readonly Finding[] {
  const live = useRuns((state) => (state.activeId === run.id ? liveRun(run.id)?.findings : undefined));
  return live ?? run.findings ?? NO_FINDINGS;
}
