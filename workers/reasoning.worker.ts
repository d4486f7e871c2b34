/** The reasoning worker: asks a person's own model server, and answers questions about what is stored of it. */
import { AppError, faultOf } from '../src/domain/errors';
import type { ReasoningCommand, ReasoningEvent } from '../src/domain/protocol';
import type { StageState } from '../src/domain/reasoning';
import { browserDatabase } from '../src/storage/database';
import { readJob, readVariants, writeDigests } from '../src/storage/reasoning';
import { attributeFields } from './reasoning/attributes';
import { deriveDataset } from './reasoning/derive';
import { withEncoder, storeEncoder } from './reasoning/encoders';
import { readEntity } from './reasoning/entity';
import { makeReasoningFile } from './reasoning/files';
import { importInputs } from './reasoning/inputs';
import { importTexts } from './reasoning/importTexts';
import { runJob, surveyStages } from './reasoning/job';
import { systemClock } from './reasoning/lanes';
import { fittedPicture } from './reasoning/pictures';
import { digestsIn, newServer } from './reasoning/server';
import { inputCounts, openStudy } from './reasoning/study';
import { testServer } from './reasoning/testServer';
import { pairsFile, readPair } from './reasoning/variants';

const LOCK = 'lodestone-reasoning';
const PROGRESS_MS = 100;

const database = browserDatabase();
const send = (event: ReasoningEvent): void => self.postMessage(event);
const phase = (text: string, fraction: number | null): void => send({ type: 'phase', text, fraction });

/** Addresses that the content policy kept this thread from. */
const refused = new Set<string>();
self.addEventListener('securitypolicyviolation', ({ blockedURI }) => refused.add(blockedURI));
const isBlocked = (url: string): boolean => [...refused].some((blocked) => blocked.startsWith(new URL(url).origin));

let pausing: AbortController | null = null;

async function answer(command: Exclude<ReasoningCommand, { type: 'pause' }>): Promise<ReasoningEvent> {
  switch (command.type) {
    case 'test':
      return {
        type: 'tested',
        test: await testServer(command, command.models, self.location.origin, isBlocked, (offered) =>
          writeDigests(database, command.server.url, digestsIn(offered)),
        ),
      };
    case 'inputs':
      return { type: 'gathered', found: await importInputs(database, command.datasetId, command.files, phase) };
    case 'texts':
      return {
        type: 'imported',
        found: await importTexts(database, command.datasetId, command.step, command.files, phase),
      };
    case 'pair':
      return {
        type: 'paired',
        pair: await readPair(database, command.datasetId, command.scope, command.index, command.variants),
      };
    case 'pairs':
      return {
        type: 'made',
        file: await pairsFile(
          database,
          command.datasetId,
          command.scope,
          command.index,
          command.variants,
          command.labels,
        ),
      };
    case 'encoder':
      return { type: 'encoderStored', encoder: await storeEncoder(database, command.from, phase, isBlocked) };
    case 'survey': {
      const stages = await surveyStages(database, command.datasetId);
      const study = await openStudy(database, command.datasetId);
      const variants = await readVariants(database, command.datasetId);
      return {
        type: 'surveyed',
        survey: { stages, counts: inputCounts(study), variants, fields: attributeFields(study) },
      };
    }
    case 'entity':
      return { type: 'entity', entity: await readEntity(database, command.datasetId, command.scope, command.index) };
    case 'start':
      return { type: 'ended', how: await start(command.datasetId, command.key) };
    case 'derive':
      return {
        type: 'derived',
        document: await deriveDataset(database, command.datasetId, command.id, command.name, phase),
      };
    case 'file':
      return { type: 'made', file: await makeReasoningFile(database, command.datasetId, command.what) };
  }
}

/** One job at a time over all tabs, so that no two ask the same. */
async function start(datasetId: string, key: string | null): Promise<'finished' | 'paused'> {
  if (pausing)
    throw new AppError(
      'RUN_BUSY',
      'The reasoning stage is already running.',
      'Pause it before you start it for another dataset.',
    );
  const controller = new AbortController();
  pausing = controller;
  try {
    if (!('locks' in navigator)) return await run(datasetId, key, controller.signal);
    const taken = await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) =>
      lock ? run(datasetId, key, controller.signal) : null,
    );
    if (taken) return taken;
    send({ type: 'waiting' });
    return await navigator.locks
      .request(LOCK, { signal: controller.signal }, () => run(datasetId, key, controller.signal))
      .catch((error: unknown) => {
        if (controller.signal.aborted) return 'paused' as const;
        throw error;
      });
  } finally {
    pausing = null;
  }
}

async function run(datasetId: string, key: string | null, pause: AbortSignal): Promise<'finished' | 'paused'> {
  const { settings } = await readJob(database, datasetId);
  let latest: readonly StageState[] = [];
  let toldAt = 0;
  const tell = (): void => {
    toldAt = performance.now();
    send({ type: 'stages', stages: latest });
  };
  try {
    return await runJob(database, datasetId, {
      server: withEncoder(database, newServer({ server: settings.server, key }), settings.encoder),
      clock: systemClock,
      pause,
      fitted: fittedPicture,
      onPhase: phase,
      onStages: (stages) => {
        latest = stages;
        if (performance.now() - toldAt >= PROGRESS_MS) tell();
      },
      onFailure: (failure) => send({ type: 'failure', failure }),
    });
  } finally {
    tell();
  }
}

self.onmessage = ({ data }: MessageEvent<ReasoningCommand>): void => {
  if (data.type === 'pause') return pausing?.abort();
  answer(data).then(send, (error: unknown) => send({ type: 'fault', fault: faultOf(error) }));
};
