import { useCallback, useEffect, useState } from 'react';
import type {
  Projection,
  ProjectionMethod,
  ProjectionRequest,
  ProjectedVectors,
  Entities,
} from '../../domain/projection';
import { isActive, type RunSummary } from '../../domain/run';
import type { AnalysisThread } from '../../state/analysis';
import type { AskOptions } from '../../state/workerThread';
import { askNewestStep, askProjection } from '../../state/projection';
import { useAsked, type Asked } from '../../state/useAsked';

/** What is projected of one run. */
export interface Subject {
  readonly run: RunSummary;
  readonly vectors: ProjectedVectors;
}

export interface ShownProjection extends Pick<Asked<unknown>, 'fault' | 'phase'> {
  /** The newest answer to this question, which stays while a newer checkpoint is projected. */
  readonly projection: Projection | null;
  readonly working: boolean;
  readonly cancelled: boolean;
  /** A newer checkpoint is there than the one that is shown. */
  readonly newer: boolean;
  cancel(): void;
  /** Projects (again), from the newest checkpoint. */
  again(): void;
}

const POLL_MS = 5000;

/**
 * One subject's projection. Principal components follow a run that trains from checkpoint to checkpoint; UMAP, which takes
 * longer, waits to be told. `subject` null asks nothing.
 */
export function useProjection(
  thread: AnalysisThread,
  subject: Subject | null,
  method: ProjectionMethod,
  entities: Entities,
  seed: number,
): ShownProjection {
  const version = useVersion(thread, subject?.run ?? null);
  const [taken, setTaken] = useState(version);
  const [stopped, setStopped] = useState<string | null>(null);
  const runId = subject?.run.id;
  const vectors = subject?.vectors;
  const key = [runId, vectors, method, entities, seed].join();
  const wanted = method === 'pca' || taken === null ? version : taken;
  const cancelled = stopped === key;
  const ask = useCallback(
    async (
      options: AskOptions,
    ): Promise<{ readonly key: string; readonly version: string | null; readonly projection: Projection }> => {
      const request: ProjectionRequest = { runId: runId ?? '', vectors: vectors ?? 'final', method, entities, seed };
      return { key, version: wanted, projection: await askProjection(thread, request, options) };
    },
    [thread, runId, vectors, method, entities, seed, key, wanted],
  );
  const asked = useAsked(runId === undefined || wanted === null || cancelled ? null : ask);
  return {
    projection: asked.last?.key === key ? asked.last.projection : null,
    fault: asked.fault,
    phase: asked.phase,
    working: runId !== undefined && !cancelled && !asked.value && !asked.fault,
    cancelled,
    newer: wanted !== version,
    cancel: () => setStopped(key),
    again: () => {
      setTaken(version);
      setStopped(null);
    },
  };
}

/** Which weights a run has now: a word for those that stay, otherwise the newest checkpoint; null until that is known. */
function useVersion(thread: AnalysisThread, run: RunSummary | null): string | null {
  const [newest, setNewest] = useState<{ readonly id: string; readonly step: number | null } | null>(null);
  const id = run?.id;
  const active = run !== null && isActive(run.status);
  useEffect(() => {
    if (!active || id === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const poll = async (): Promise<void> => {
      const step = await askNewestStep(thread, id, { signal: stop.signal }).catch(() => null);
      if (stop.signal.aborted) return;
      setNewest((before) => (before?.id === id && before.step === step ? before : { id, step }));
      timer = setTimeout(() => void poll(), POLL_MS);
    };
    void poll();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [thread, id, active]);
  if (!run) return null;
  if (run.result) return 'result';
  if (!active) return run.status;
  return newest?.id === id ? `step ${newest?.step ?? 'none'}` : null;
}
