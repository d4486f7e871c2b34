import { AppError } from '../../src/domain/errors';
import { STAGES, type ReasoningFailure, type Stage, type StageState } from '../../src/domain/reasoning';
import type { Database } from '../../src/storage/database';
import { readJob, readPicture, writeAnswers, writeDigests } from '../../src/storage/reasoning';
import { inLanes, type Clock } from './lanes';
import { digestsIn } from './server';
import { type ModelServer, type Picture } from './connection';
import {
  itemDocuments,
  itemSources,
  scopeOf,
  textPlan,
  userSources,
  userTexts,
  vectorPlan,
  type StagePlan,
  type TextTask,
  type VectorTask,
} from './stages';
import { openStudy, type ReasoningStudy } from './study';
import { rememberVariant } from './variants';

export interface JobHooks {
  readonly server: ModelServer;
  readonly clock: Clock;
  /** Aborted: what is under way ends and is stored, nothing new begins. */
  readonly pause: AbortSignal;
  /** A picture as it is sent; without it, as it is stored. */
  readonly fitted?: (picture: Picture) => Promise<Picture>;
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
  const stages = new Map(STAGES.map((stage) => [stage, empty(stage)]));
  await walk(await openStudy(database, datasetId), async (stage, plan) => {
    const done = plan.keys.length - missingOf(plan);
    stages.set(stage, { ...empty(stage), total: plan.keys.length, done, found: done, without: plan.without });
  });
  return STAGES.map((stage) => stages.get(stage) ?? empty(stage));
}

/**
 * Describes items, profiles users and encodes both, as the stored job of the dataset says; every answer is stored as it arrives and
 * none is asked for twice. Ends `finished`, or `paused`. Throws what the server's failure was, or `REASONING_UNFINISHED` when single
 * questions of a stage were refused: the stages after it depend on them.
 */
export async function runJob(database: Database, datasetId: string, hooks: JobHooks): Promise<'finished' | 'paused'> {
  await learnDigests(database, datasetId, hooks);
  if (hooks.pause.aborted) return 'paused';
  const study = await openStudy(database, datasetId);
  await rememberVariant(study, new Date());
  const counters = new Map<Stage, Counter>();
  const tell = (): void => hooks.onStages(STAGES.map((stage) => counters.get(stage)?.state ?? empty(stage)));
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
        'question' in task ? askText(study, hooks, task, count) : askVectors(study, hooks.server, task, count),
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
        'Start again to retry them, or write or leave out their texts by hand.',
        { stage, failures },
      );
    }
  });
  return finished ? 'finished' : 'paused';
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
  return stages.every(({ stage, total, done }) => stage === 'encodeItems' || stage === 'encodeUsers' || done === total);
}

type Visit = (stage: Stage, plan: StagePlan<TextTask> | StagePlan<VectorTask>) => Promise<void>;

/** Visits the stages in order, each as soon as all it depends on is stored; says whether all answers of all stages are. */
async function walk(study: ReasoningStudy, visit: Visit): Promise<boolean> {
  const paragraphs = await itemSources(study);
  await visit('describe', textPlan(study, paragraphs));
  const documents = await itemDocuments(study, paragraphs);
  if (!documents) return false;
  const profiles = await userSources(study, documents);
  await visit('profile', textPlan(study, profiles));
  const texts = await userTexts(study, profiles);
  if (!texts) return false;
  for (const [stage, all] of [
    ['encodeItems', documents],
    ['encodeUsers', texts],
  ] as const) {
    const plan = await vectorPlan(study, all);
    await visit(stage, plan);
    if (plan.keys.some((key) => !study.stored.has(key))) return false;
  }
  return true;
}

const missingOf = (plan: StagePlan<TextTask> | StagePlan<VectorTask>): number =>
  plan.tasks.reduce((sum, task) => sum + ('question' in task ? 1 : task.texts.length), 0);

type Count = (answers: number, promptTokens: number | null, answerTokens: number | null) => void;

async function askText(
  { database, dataset, inputs, stored }: ReasoningStudy,
  { server, fitted = async (same) => same }: Pick<JobHooks, 'server' | 'fitted'>,
  { question }: TextTask,
  count: Count,
): Promise<void> {
  const { key, model, prompt, picture: item, sampling } = question;
  const bytes = item === null ? null : await readPicture(database, dataset.id, item);
  const picture =
    item === null || !bytes ? null : await fitted({ type: inputs.pictures.get(item)?.type ?? 'image/jpeg', bytes });
  const { text, promptTokens, answerTokens, cut } = await server.chat({ model, prompt, picture, sampling });
  await writeAnswers(database, [[key, { text, model, at: new Date().toISOString(), promptTokens, answerTokens, cut }]]);
  stored.add(key);
  count(1, promptTokens, answerTokens);
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
