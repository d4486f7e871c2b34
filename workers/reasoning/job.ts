import { AppError } from '../../src/domain/errors';
import {
  overridesOf,
  scopeOf,
  stagesOf,
  type ReasoningFailure,
  type Stage,
  type StageState,
} from '../../src/domain/reasoning';
import type { Database } from '../../src/storage/database';
import { readJob, readPicture, writeAnswers, writeCandidates, writeDigests } from '../../src/storage/reasoning';
import { inLanes, type Clock } from './lanes';
import { digestsIn } from './server';
import type { ChatAnswer, ModelServer, Picture } from './connection';
import { takeCandidates } from './candidates';
import type { TextTask, VectorTask } from './stages';
import { openStudy, type ReasoningStudy, type TextQuestion } from './study';
import { rememberVariant } from './variants';
import { missingOf, walk } from './walk';

export interface JobHooks {
  readonly server: ModelServer;
  readonly clock: Clock;
  /** Aborted: what is under way ends and is stored, nothing new begins. */
  readonly pause: AbortSignal;
  /** A picture as it is sent; without it, as it is stored. */
  readonly fitted?: (picture: Picture) => Promise<Picture>;
  /** What is done before anybody is asked. */
  readonly onPhase?: (text: string, fraction: number | null) => void;
  readonly onStages: (stages: readonly StageState[]) => void;
  readonly onFailure: (failure: ReasoningFailure) => void;
}

interface Counter {
  state: StageState;
  startedAt: number;
}

const empty = (stage: Stage): StageState => ({
  stage,
  total: null,
  done: 0,
  found: 0,
  without: 0,
  failed: 0,
  promptTokens: 0,
  answerTokens: 0,
  perSecond: null,
  etaSeconds: null,
});

/** What is stored for each stage, without asking anybody. */
export async function surveyStages(database: Database, datasetId: string): Promise<readonly StageState[]> {
  const stages = new Map<Stage, StageState>();
  const study = await openStudy(database, datasetId);
  await walk(study, async (stage, plan) => {
    const done = plan.keys.length - missingOf(plan);
    stages.set(stage, { ...empty(stage), total: plan.keys.length, done, found: done, without: plan.without });
  });
  return stagesOf(study.job.settings).map((stage) => stages.get(stage) ?? empty(stage));
}

/**
 * Describes items, profiles users and encodes both, as the stored job of the dataset says; every answer is stored as it arrives and
 * none is asked for twice. Ends `finished`, or `paused`. Throws what the server's failure was, or `REASONING_UNFINISHED` when single
 * questions of a stage were refused: the stages after it depend on them.
 */
export async function runJob(database: Database, datasetId: string, hooks: JobHooks): Promise<'finished' | 'paused'> {
  await learnDigests(database, datasetId, hooks);
  if (hooks.pause.aborted) return 'paused';
  const study = await withCandidates(await openStudy(database, datasetId), hooks);
  if (!study) return 'paused';
  await rememberVariant(study, new Date());
  const counters = new Map<Stage, Counter>();
  const asked = stagesOf(study.job.settings);
  const tell = (): void => hooks.onStages(asked.map((stage) => counters.get(stage)?.state ?? empty(stage)));
  const finished = await walk(study, async (stage, plan) => {
    const found = plan.keys.length - missingOf(plan);
    const counter: Counter = {
      state: { ...empty(stage), total: plan.keys.length, done: found, found, without: plan.without },
      startedAt: hooks.clock.now(),
    };
    counters.set(stage, counter);
    tell();
    const count = (answers: number, promptTokens: number | null, answerTokens: number | null): void => {
      counter.state = advanced(counter, hooks.clock.now(), answers, promptTokens ?? 0, answerTokens ?? 0);
      tell();
    };
    let failures = 0;
    await inLanes<TextTask | VectorTask>(plan.tasks, study.job.settings.concurrency, {
      work: (task) =>
        'question' in task ? askTask(study, hooks, task, count) : askVectors(study, hooks.server, task, count),
      failed: (task, error) => {
        failures++;
        counter.state = {
          ...counter.state,
          failed: counter.state.failed + ('question' in task ? 1 : task.texts.length),
        };
        hooks.onFailure({ stage, entity: task.entity, fault: error.toFault() });
        tell();
      },
      pause: hooks.pause,
      clock: hooks.clock,
    });
    counter.state = { ...counter.state, etaSeconds: null };
    tell();
    if (failures > 0) {
      const who = `${failures} ${scopeOf(stage)}${failures === 1 ? '' : 's'}`;
      throw new AppError(
        'REASONING_UNFINISHED',
        `The server refused the questions of ${who}. All others of this stage are answered.`,
        stage === 'attributes' || stage === 'choose'
          ? 'Start again to retry them, or leave them out.'
          : 'Start again to retry them, or write or leave out their texts by hand.',
        { stage, failures },
      );
    }
  });
  return finished ? 'finished' : 'paused';
}

/** The study with what users choose among, taken from the base run where it is not stored yet; null when paused. */
async function withCandidates(study: ReasoningStudy, { pause, onPhase }: JobHooks): Promise<ReasoningStudy | null> {
  if (!study.job.settings.choices.on || study.candidates) return study;
  const candidates = await takeCandidates(study, pause, onPhase ?? (() => undefined));
  if (!candidates) return null;
  await writeCandidates(study.database, study.dataset.id, candidates);
  return { ...study, candidates };
}

/** Asks Ollama what its models are, since that is part of what answers are stored under. */
async function learnDigests(database: Database, datasetId: string, { server, pause, clock }: JobHooks): Promise<void> {
  const { settings } = await readJob(database, datasetId);
  if (
    settings.server.kind !== 'ollama' ||
    (settings.encoder.kind === 'page' && (await onlyVectorsMissing(database, datasetId)))
  )
    return;
  await inLanes([server], 1, {
    work: async (asked) => writeDigests(database, settings.server.url, digestsIn(await asked.models())),
    failed: (_, error) => {
      throw error;
    },
    pause,
    clock,
  });
}

/** Where the page encodes, such a job needs no server. */
async function onlyVectorsMissing(database: Database, datasetId: string): Promise<boolean> {
  const stages = await surveyStages(database, datasetId);
  return stages.every(({ stage, total, done }) => overridesOf(stage) === null || done === total);
}

type Count = (answers: number, promptTokens: number | null, answerTokens: number | null) => void;

/** Asks a question, and where its answer has the wrong form, the next one in its place. Every answer is stored as it arrives. */
async function askTask(study: ReasoningStudy, hooks: JobHooks, task: TextTask, count: Count): Promise<void> {
  // After a failure on the way, the first tries may be there.
  let question = task.next ? await task.next() : task.question;
  while (question) {
    const { promptTokens, answerTokens } = await askText(study, hooks, question);
    question = task.next ? await task.next() : null;
    count(question ? 0 : 1, promptTokens, answerTokens);
    if (hooks.pause.aborted) return;
  }
}

async function askText(
  { database, dataset, inputs, stored }: ReasoningStudy,
  { server, fitted = async (same) => same }: Pick<JobHooks, 'server' | 'fitted'>,
  question: TextQuestion,
): Promise<Pick<ChatAnswer, 'promptTokens' | 'answerTokens'>> {
  const { key, model, prompt, picture: item, sampling } = question;
  const bytes = item === null ? null : await readPicture(database, dataset.id, item);
  const picture =
    item === null || !bytes ? null : await fitted({ type: inputs.pictures.get(item)?.type ?? 'image/jpeg', bytes });
  const { text, promptTokens, answerTokens, cut } = await server.chat({ model, prompt, picture, sampling });
  await writeAnswers(database, [[key, { text, model, at: new Date().toISOString(), promptTokens, answerTokens, cut }]]);
  stored.add(key);
  return { promptTokens, answerTokens };
}

async function askVectors(
  { database, job, stored }: ReasoningStudy,
  server: ModelServer,
  { texts }: VectorTask,
  count: Count,
): Promise<void> {
  const { vectors, promptTokens } = await server.embed(
    job.settings.models.encode,
    texts.map(({ text }) => text),
  );
  await writeAnswers(
    database,
    texts.map(({ key }, place) => [key, { vector: vectors[place] ?? new Float32Array(0) }]),
  );
  texts.forEach(({ key }) => stored.add(key));
  count(texts.length, promptTokens, 0);
}

function advanced(
  { state, startedAt }: Counter,
  now: number,
  answers: number,
  promptTokens: number,
  answerTokens: number,
): StageState {
  const done = state.done + answers;
  const seconds = (now - startedAt) / 1000;
  const perSecond = seconds > 0.5 ? (done - state.found) / seconds : null;
  const left = (state.total ?? done) - done - state.failed;
  return {
    ...state,
    done,
    promptTokens: state.promptTokens + promptTokens,
    answerTokens: state.answerTokens + answerTokens,
    perSecond,
    etaSeconds: perSecond ? left / perSecond : null,
  };
}
