import { evaluationOf, rankedByVectors } from '../../src/domain/models/catalogue';
import type { Config } from '../../src/domain/models/table';
import type { EpochPoint, WeightsOf } from '../../src/domain/run';
import { writeDetails } from '../../src/storage/runs';
import { weightArrays, writeWeights, type Shapes } from '../../src/storage/weights';
import type { Device } from '../engine/device';
import { overwrite, readValues } from '../engine/parameters';
import type { Ranker } from '../engine/ranking';
import { stream } from '../numbers/rng';
import { readRepresentation, withRepresentation } from '../engine/representation';
import { stateOf, type Model } from '../models/model';
import {
  CheckpointClock,
  dropOlderCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type BestWeights,
  type Checkpoint,
} from './checkpoint';
import { evaluate, heldOut, pairsOf, type Evaluation, type HeldOut } from './evaluator';
import type { TrainingData } from './input';
import { MAX_CUTOFF } from './metrics';
import { ProgressReporter } from './progress';
import type { RunRecord } from './record';
import type { RunHost } from './host';
import type { BatchSource } from './sampler';
import { EarlyStopping } from './stopping';
import type { TraceRecorder } from './trace';
import { Fitter } from './fitter';
import { Trainer, type EpochTaker } from './trainer';

interface SessionParts {
  readonly record: RunRecord;
  readonly device: Device;
  readonly host: RunHost;
  readonly config: Config;
  readonly data: TrainingData;
  readonly model: Model;
  readonly ranker: Ranker;
  readonly sampler: BatchSource;
  readonly trace: TraceRecorder | null;
}

/** Parameters and state as they are now. */
const readWeightsOf = async (model: Model): Promise<Omit<BestWeights, 'epoch'>> => ({
  values: await readValues(model.parameters),
  state: await stateOf(model),
});

/** Epochs with their evaluations, the best of them, and checkpoints of all that. */
export class TrainingSession {
  readonly #parts: SessionParts;
  readonly #trainer: EpochTaker;
  readonly #stopping: EarlyStopping;
  readonly #targets: { readonly valid: HeldOut; readonly test: HeldOut };
  readonly #checkpoints: CheckpointClock;
  #bestWeights: BestWeights | null = null;
  /** Training seconds of the epoch in progress, without evaluation. */
  #epochTrainSeconds = 0;

  constructor(parts: SessionParts) {
    const { config, data, host } = parts;
    this.#parts = parts;
    this.#trainer = parts.model.fit
      ? new Fitter(parts)
      : new Trainer({ ...parts, sizes: data.input, random: (name) => stream(parts.record.run.experiment.seed, name) });
    const { stopMetric, patience, roundForStopping } = evaluationOf(config);
    this.#stopping = new EarlyStopping(
      stopMetric,
      patience,
      roundForStopping === 'off' ? null : Number(roundForStopping),
    );
    this.#targets = {
      valid: heldOut(data.interactions, 1, data.trained, data.thresholds),
      test: heldOut(data.interactions, 2, data.trained, data.thresholds),
    };
    this.#checkpoints = new CheckpointClock(host.checkpointIntervalMs ?? null);
  }

  /** All epochs that are left: `stopped` on the way by a person, or `left` with a checkpoint where the host asks for no more or must go. */
  async run(): Promise<'done' | 'stopped' | 'left'> {
    const { record, host, config, sampler } = this.#parts;
    const { epochs } = evaluationOf(config);
    const stopped = (): 'left' | 'stopped' => (host.control.leaving ? 'left' : 'stopped');
    const progress = new ProgressReporter(host.emit, epochs, sampler.stepsPerEpoch);
    for (let epoch = record.epochs.length; epoch < epochs && !this.#stopping.shouldStop; epoch++) {
      const point = await this.#epoch(epoch, progress);
      if (!point) return stopped();
      record.addEpoch(point);
      progress.epoch(point, this.#stopping.state.sinceBest, this.#trainer.memory);
      const { memory, steps } = this.#trainer;
      record.update({ memory, ...(steps && { steps }) });
      host.control.epochEnded();
      if (this.#due || this.#dueAfterEpoch) await this.#save();
      if (this.#stopping.shouldStop) break;
      if (epoch + 1 === host.untilEpoch && epoch + 1 < epochs) {
        await this.#save(true);
        return 'left';
      }
      if (!(await record.gate())) return stopped();
    }
    return 'done';
  }

  /** The rest of an epoch and its evaluation; null when stopped before both were done. */
  async #epoch(epoch: number, progress: ProgressReporter): Promise<EpochPoint | null> {
    const { record, config, model, sampler } = this.#parts;
    const start = record.seconds;
    const before = this.#epochTrainSeconds;
    const terms = await this.#trainer.epoch(
      epoch,
      async (interval) => {
        record.addInterval(interval);
        this.#epochTrainSeconds = before + record.seconds - start;
        // Between two intervals nothing can be saved; at the end of an epoch the checkpoint waits for its evaluation.
        if (this.#due && interval.step === this.#trainer.step && interval.step % sampler.stepsPerEpoch !== 0)
          await this.#save();
      },
      async ({ stepInEpoch }) => {
        progress.step(epoch, stepInEpoch, this.#stopping.state.sinceBest, this.#trainer.memory);
        return record.gate();
      },
      () => this.#due,
    );
    if (!terms) return null;
    const trainSeconds = before + record.seconds - start;
    this.#epochTrainSeconds = 0;

    const evaluateStart = record.seconds;
    const { evaluateEvery, epochs, relevant } = evaluationOf(config);
    const due = (epoch + 1) % evaluateEvery === 0 || epoch + 1 === epochs;
    const { valid: target } = this.#targets;
    const evaluation = due && target.users.length > 0 ? await this.#evaluate(target, true) : null;
    // Stopped while ranking: this epoch has no value to be judged by.
    if (due && target.users.length > 0 && !evaluation) return null;
    const valid = evaluation?.metrics ?? null;
    const validLiked = evaluation?.liked ?? null;
    const judged = relevant === 'liked' ? (validLiked ?? valid) : valid;
    const pairs = valid && model.observePairs ? await model.observePairs(pairsOf(target)) : {};
    // With nobody to validate on, the last epoch is the best.
    if (judged ? this.#stopping.observe(judged) : target.users.length === 0) {
      this.#bestWeights = { epoch, ...(await readWeightsOf(model)) };
      record.update({ best: valid && { epoch, valid } });
    }
    const observed = { ...terms.observed, ...pairs };
    return {
      epoch,
      step: this.#trainer.step,
      ...terms,
      valid,
      ...(validLiked && { validLiked }),
      ...(Object.keys(observed).length > 0 && { observed }),
      trainSeconds,
      evaluateSeconds: record.seconds - evaluateStart,
    };
  }

  /** Test metrics, per-user values and weights of the best epoch. */
  async finish(): Promise<void> {
    const {
      record,
      host: { database },
      model,
    } = this.#parts;
    const best = this.#bestWeights;
    record.update({ memory: this.#trainer.memory });
    if (!best) return;
    await record.phase('ranking the test split at the best epoch', null);
    const shapes = Object.fromEntries(model.parameters.map(({ name, tensor }) => [name, tensor.shape]));
    // Where pairs can be looked into, two epochs can be put side by side.
    if (model.explainPairs && best.epoch !== record.epochs.length - 1)
      await this.#keep(weightArrays(await readWeightsOf(model)), shapes, 'latest');
    for (const parameter of model.parameters) {
      const values = best.values[parameter.name];
      if (values) overwrite(parameter, values);
    }
    model.restoreState?.(best.state);
    const valid = await this.#evaluate(this.#targets.valid, false);
    const test = await this.#evaluate(this.#targets.test, false);
    if (!valid || !test) return;
    await record.room.whenFree(() =>
      writeDetails(database, record.run.id, {
        perUser: test.perUser,
        ...(test.perUserLiked && { perUserLiked: test.perUserLiked }),
        topItems: test.topItems,
        topScores: test.topScores,
        cutoff: MAX_CUTOFF,
      }),
    );
    if (rankedByVectors(record.run.experiment)) {
      const { users, items, width } = await readRepresentation(() => model.represent());
      await this.#keep(
        { ...weightArrays(best), 'represent/users': users, 'represent/items': items },
        {
          ...shapes,
          'represent/users': [users.length / width, width],
          'represent/items': [items.length / width, width],
        },
        'best',
      );
    }
    record.update({
      result: {
        bestEpoch: best.epoch,
        valid: valid.metrics,
        test: test.metrics,
        ...(test.liked && { testLiked: test.liked }),
      },
    });
  }

  /** Stores weights; the older checkpoint makes room for them where there is none. */
  async #keep(arrays: Readonly<Record<string, Float32Array>>, shapes: Shapes, of: WeightsOf): Promise<void> {
    const { record, host } = this.#parts;
    const write = (): Promise<void> => writeWeights(host.database, record.run.id, arrays, shapes, of);
    if (await record.room.orLater(write)) return;
    await dropOlderCheckpoint(host.database, record.run.id);
    await record.room.whenFree(write);
  }

  /** Ranks a split. With `stoppable` a person's stop ends it within a tile, and there is no result. */
  async #evaluate(target: HeldOut, stoppable: boolean): Promise<Evaluation | null> {
    const { record, device, model, ranker } = this.#parts;
    await model.prepareRanking?.();
    const evaluation = await withRepresentation(
      () => model.represent(),
      (representation) => evaluate(ranker, representation, target, async () => (await record.gate()) || !stoppable),
    );
    // A device that was lost meanwhile has ranked nothing.
    device.check();
    return evaluation;
  }

  dispose(): void {
    this.#trainer.dispose();
  }

  /** Takes up the run's checkpoint, if it has one. */
  async restore(): Promise<void> {
    const { record, host, sampler } = this.#parts;
    const checkpoint = await readCheckpoint(host.database, record.run.id);
    record.goOnFrom(checkpoint);
    if (!checkpoint) return;
    await record.phase('reading the checkpoint', null);
    this.#trainer.restore(checkpoint);
    sampler.restore(checkpoint.sampler);
    this.#stopping.restore(checkpoint.stopping);
    this.#bestWeights = checkpoint.bestWeights;
    this.#epochTrainSeconds = checkpoint.epochTrainSeconds;
  }

  /** Whether a checkpoint is to be written at the next place where one can be. */
  get #due(): boolean {
    const { leaving, saveRequested } = this.#parts.host.control;
    return this.#checkpoints.due || leaving || saveRequested;
  }

  /** Also where the run pauses now: it may be closed before it goes on. A model that is computed at once has nothing to lose but its whole state, which may be large. */
  get #dueAfterEpoch(): boolean {
    const { model, host } = this.#parts;
    return model.fit === undefined && (this.#checkpoints.dueAfterEpoch || host.control.paused);
  }

  /** Where `certain`, waits for room; throws `STORE_QUOTA` when it is told to stop meanwhile. */
  async #save(certain = false): Promise<void> {
    const { record, host, sampler } = this.#parts;
    const start = performance.now();
    host.control.saveRequested = false;
    const { epochs, intervals, best, seconds } = record.document();
    const checkpoint: Checkpoint = {
      version: 2,
      ...(await this.#trainer.state()),
      epoch: epochs.length,
      sampler: sampler.state(),
      stopping: this.#stopping.state,
      epochTrainSeconds: this.#epochTrainSeconds,
      epochs,
      intervals,
      best,
      seconds,
      bestWeights: this.#bestWeights,
    };
    const write = (): Promise<void> => writeCheckpoint(host.database, record.run.id, checkpoint);
    // The newer of the two stays, so the older one may make room.
    if (!(await record.room.orLater(write))) {
      await dropOlderCheckpoint(host.database, record.run.id);
      await (certain ? record.room.whenFree(write) : record.room.orLater(write));
    }
    await record.write();
    this.#checkpoints.written(start);
    if (host.control.leaving) host.control.stop();
  }
}
