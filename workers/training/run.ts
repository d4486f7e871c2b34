import { AppError, faultOf } from '../../src/domain/errors';
import { choiceOption, completeConfig, modelTable, numberOption } from '../../src/domain/models/catalogue';
import { isMetricKey } from '../../src/domain/metrics';
import type { TrainingEvent } from '../../src/domain/protocol';
import type { EpochPoint, RunDocument, RunStatus, TermPoint } from '../../src/domain/run';
import type { Database } from '../../src/storage/database';
import { readLabels } from '../../src/storage/datasets';
import { readRun, writeDetails, writeRun } from '../../src/storage/runs';
import { writeTrace, writeWeights } from '../../src/storage/weights';
import { openDevice, type Device, type DeviceHost } from '../engine/device';
import { overwrite } from '../engine/kernels/adam';
import { newRanker, type Ranker } from '../engine/ranking';
import { readRepresentation, withRepresentation } from '../engine/representation';
import { readValues } from '../engine/parameters';
import { stream } from '../engine/rng';
import type { Model } from '../models/model';
import { modelKind } from '../models/registry';
import { readCheckpoint, writeCheckpoint, type BestWeights } from './checkpoint';
import type { RunControl } from './control';
import { estimateMemory, largestBuffer } from './estimate';
import { evaluate, heldOut, type Evaluation, type HeldOut } from './evaluator';
import { readTrainingData } from './input';
import { MAX_CUTOFF } from './metrics';
import { ProgressReporter } from './progress';
import { Sampler } from './sampler';
import { EarlyStopping } from './stopping';
import { TraceRecorder } from './trace';
import { Trainer } from './trainer';

export interface RunHost {
  readonly database: Database;
  readonly deviceHost: DeviceHost;
  readonly control: RunControl;
  readonly emit: (event: TrainingEvent) => void;
  /** Steps to record for replay elsewhere; 0 for none. */
  readonly traceSteps: number;
}

/** Least time between two checkpoints; a checkpoint also never takes more than a twentieth of the time. */
const CHECKPOINT_INTERVAL_MS = 15_000;
const CHECKPOINT_SHARE = 20;

/**
 * Runs (or goes on with) a stored run to its end and returns its final document, which is stored. A failure is part of
 * the document (`status: 'failed'`, `fault`), not an exception: the last good checkpoint is kept for resuming.
 */
export async function executeRun(runId: string, host: RunHost): Promise<RunDocument> {
  const session = new RunSession(await readRun(host.database, runId), host);
  return session.execute();
}

class RunSession {
  readonly #host: RunHost;
  #run: RunDocument;
  #epochs: EpochPoint[] = [];
  #intervals: TermPoint[] = [];
  #bestWeights: BestWeights | null = null;
  #secondsBefore = 0;
  #startedAt = performance.now();
  #lastCheckpoint = performance.now();
  #checkpointInterval = CHECKPOINT_INTERVAL_MS;
  #epochTrainSeconds = 0;

  constructor(run: RunDocument, host: RunHost) {
    this.#run = run;
    this.#host = host;
  }

  async execute(): Promise<RunDocument> {
    let device: Device | null = null;
    try {
      await this.#setStatus('preparing');
      const { backend, allowSoftware } = this.#run.experiment;
      await this.#phase('opening the device', null);
      device = await openDevice(this.#host.deviceHost, { backend, allowSoftware });
      this.#run = { ...this.#run, device: device.report, fault: null };
      this.#host.emit({ type: 'device', device: device.report });
      await this.#train(device);
    } catch (error) {
      const fault = faultOf(error);
      this.#run = { ...this.#run, status: 'failed', fault };
      this.#host.emit({ type: 'fault', fault });
    } finally {
      device?.close();
    }
    this.#run = this.#document();
    await writeRun(this.#host.database, this.#run);
    this.#host.emit({ type: 'ended', run: this.#run });
    return this.#run;
  }

  async #train(device: Device): Promise<void> {
    const { database, control } = this.#host;
    const { experiment } = this.#run;
    const config = completeConfig(experiment.model, experiment.config);
    const data = await readTrainingData(database, experiment.dataset.id, modelTable(experiment.model).minModalities > 0, (text, fraction) => this.#phase(text, fraction));
    const estimate = estimateMemory(data.dataset, experiment.model, config);
    refuseTooLarge(device, estimate.total, largestBuffer(data.dataset, config));
    this.#run = { ...this.#run, estimate };
    this.#host.emit({ type: 'estimated', estimate });

    const { input, trained } = data;
    const sampler = new Sampler(input.train, trained, {
      batchSize: numberOption(config, 'batchSize'),
      negativesPerPositive: numberOption(config, 'negativesPerPositive'),
      negativesFrom: choiceOption(config, 'negativesFrom') === 'all' ? 'all' : 'trainItems',
    }, experiment.seed);
    const model = await modelKind(experiment.model).build({
      input,
      config,
      random: (name) => stream(experiment.seed, name),
      progress: (text, fraction) => this.#phase(text, fraction),
    });
    const trace = this.#host.traceSteps > 0 ? new TraceRecorder(this.#host.traceSteps) : null;
    await trace?.begin(data, model);
    const trainer = new Trainer({ model, sampler, device, config, sizes: input, trace });
    const metric = choiceOption(config, 'stopMetric');
    const rounding = choiceOption(config, 'roundForStopping');
    const stopping = new EarlyStopping(isMetricKey(metric) ? metric : 'recall@20', numberOption(config, 'patience'), rounding === 'off' ? null : Number(rounding));
    const ranker = newRanker(trained, MAX_CUTOFF);
    const targets = { valid: heldOut(data.interactions, 1, trained), test: heldOut(data.interactions, 2, trained) };
    this.#run = { ...this.#run, stepsPerEpoch: sampler.stepsPerEpoch };
    await this.#restore(trainer, sampler, stopping);

    const progress = new ProgressReporter(this.#host.emit, numberOption(config, 'epochs'), sampler.stepsPerEpoch);
    const save = () => this.#checkpoint(trainer, sampler, stopping);
    const gate = async (): Promise<boolean> => {
      await control.gate(async () => {
        await this.#setStatus('paused');
      });
      if (this.#run.status === 'paused' && !control.stopRequested) await this.#setStatus('running');
      return !control.stopRequested;
    };
    await this.#setStatus('running');

    let ended: RunStatus = 'finished';
    for (let epoch = this.#epochs.length; epoch < numberOption(config, 'epochs'); epoch++) {
      const epochStart = performance.now();
      const trainedBefore = this.#epochTrainSeconds;
      const terms = await trainer.epoch(
        epoch,
        async (point) => {
          this.#intervals.push(point);
          this.#host.emit({ type: 'intervals', points: [point] });
          this.#epochTrainSeconds = trainedBefore + (performance.now() - epochStart) / 1000;
          if (performance.now() - this.#lastCheckpoint > this.#checkpointInterval && point.step % sampler.stepsPerEpoch !== 0) await save();
        },
        async ({ stepInEpoch }) => {
          progress.step(epoch, stepInEpoch, stopping.state.sinceBest, trainer.memory);
          return gate();
        },
      );
      if (!terms) {
        ended = 'stopped';
        break;
      }
      const trainSeconds = trainedBefore + (performance.now() - epochStart) / 1000;
      this.#epochTrainSeconds = 0;
      const due = (epoch + 1) % numberOption(config, 'evaluateEvery') === 0 || epoch + 1 === numberOption(config, 'epochs');
      const evaluateStart = performance.now();
      const valid = due && targets.valid.users.length > 0 ? (await this.#evaluate(model, ranker, targets.valid, gate)).metrics : null;
      const better = valid ? stopping.observe(valid) : targets.valid.users.length === 0;
      if (better) {
        this.#bestWeights = { epoch, values: await readValues(model.parameters) };
        this.#run = { ...this.#run, best: valid && { epoch, valid } };
      }
      const point: EpochPoint = { epoch, step: trainer.step, ...terms, valid, trainSeconds, evaluateSeconds: (performance.now() - evaluateStart) / 1000 };
      this.#epochs.push(point);
      progress.epoch(point, stopping.state.sinceBest, trainer.memory);
      this.#host.emit({ type: 'epoch', point, best: this.#run.best });
      this.#run = { ...this.#run, memory: trainer.memory };
      if (performance.now() - this.#lastCheckpoint > this.#checkpointInterval) await save();
      control.epochEnded();
      if (stopping.shouldStop) break;
      if (!(await gate())) {
        ended = 'stopped';
        break;
      }
    }
    if (trace) await writeTrace(database, this.#run.id, trace.finish(experiment, data, model, await readLabels(database, experiment.dataset.id)));
    await this.#finish(ended, model, ranker, targets, trainer);
    ranker.dispose();
    model.dispose();
  }

  /** Test metrics, per-user values and weights of the best epoch. */
  async #finish(ended: RunStatus, model: Model, ranker: Ranker, targets: { valid: HeldOut; test: HeldOut }, trainer: Trainer): Promise<void> {
    const best = this.#bestWeights;
    if (best) {
      await this.#phase('ranking the test split at the best epoch', null);
      for (const parameter of model.parameters) {
        const values = best.values[parameter.name];
        if (values) overwrite(parameter, values);
      }
      const valid = await this.#evaluate(model, ranker, targets.valid, async () => true);
      const test = await this.#evaluate(model, ranker, targets.test, async () => true);
      this.#run = { ...this.#run, result: { bestEpoch: best.epoch, valid: valid.metrics, test: test.metrics } };
      await writeDetails(this.#host.database, this.#run.id, { perUser: test.perUser, topItems: test.topItems, topScores: test.topScores, cutoff: MAX_CUTOFF });
      const embeddings = await readRepresentation(() => model.represent());
      await writeWeights(this.#host.database, this.#run.id, { ...best.values, 'represent/users': embeddings.users, 'represent/items': embeddings.items });
    }
    this.#run = { ...this.#run, status: ended, memory: trainer.memory };
  }

  #evaluate(model: Model, ranker: Ranker, target: HeldOut, gate: () => Promise<boolean>): Promise<Evaluation> {
    return withRepresentation(() => model.represent(), (representation) =>
      evaluate(ranker, representation, target, async () => {
        await gate();
      }),
    );
  }

  async #restore(trainer: Trainer, sampler: Sampler, stopping: EarlyStopping): Promise<void> {
    const checkpoint = await readCheckpoint(this.#host.database, this.#run.id);
    if (!checkpoint) {
      this.#run = { ...this.#run, best: null };
      return;
    }
    await this.#phase('reading the checkpoint', null);
    trainer.restore(checkpoint);
    sampler.restore(checkpoint.sampler);
    stopping.restore(checkpoint.stopping);
    this.#epochs = [...checkpoint.epochs];
    this.#intervals = [...checkpoint.intervals];
    this.#bestWeights = checkpoint.bestWeights;
    this.#secondsBefore = checkpoint.seconds;
    this.#epochTrainSeconds = checkpoint.epochTrainSeconds;
    this.#run = { ...this.#run, best: checkpoint.best };
  }

  async #checkpoint(trainer: Trainer, sampler: Sampler, stopping: EarlyStopping): Promise<void> {
    const start = performance.now();
    const document = this.#document();
    await writeCheckpoint(this.#host.database, this.#run.id, {
      version: 1,
      ...(await trainer.state()),
      epoch: this.#epochs.length,
      sampler: sampler.state(),
      stopping: stopping.state,
      epochTrainSeconds: this.#epochTrainSeconds,
      epochs: this.#epochs,
      intervals: this.#intervals,
      best: this.#run.best,
      seconds: document.seconds,
      bestWeights: this.#bestWeights,
    });
    await writeRun(this.#host.database, document);
    this.#lastCheckpoint = performance.now();
    this.#checkpointInterval = Math.max(CHECKPOINT_INTERVAL_MS, CHECKPOINT_SHARE * (this.#lastCheckpoint - start));
  }

  #document(): RunDocument {
    const seconds = this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
    return { ...this.#run, epochs: [...this.#epochs], intervals: [...this.#intervals], seconds };
  }

  async #setStatus(status: RunStatus): Promise<void> {
    this.#run = { ...this.#run, status };
    this.#host.emit({ type: 'status', status });
    await writeRun(this.#host.database, status === 'preparing' ? this.#run : this.#document());
  }

  async #phase(text: string, fraction: number | null): Promise<void> {
    this.#host.emit({ type: 'phase', text, fraction });
    await this.#host.control.gate(async () => undefined);
    if (this.#host.control.stopRequested && this.#run.status === 'preparing') {
      throw new AppError('RUN_BUSY', 'The run was stopped while it was being prepared.', 'Start it again on the Runs page.');
    }
  }
}

/** WebAssembly addresses 4 GiB, and tfjs's heap grows by doubling. */
const WASM_BYTES = 3.5 * 2 ** 30;

function refuseTooLarge(device: Device, total: number, buffer: number): void {
  const { backend, limits } = device.report;
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const limit = backend === 'webgpu' ? Math.min(limits['maxStorageBufferBindingSize'] ?? Infinity, limits['maxBufferSize'] ?? Infinity) : Infinity;
  if (buffer > limit || (backend === 'wasm' && total > WASM_BYTES)) {
    throw new AppError(
      'RUN_MEMORY',
      buffer > limit
        ? `The run needs one buffer of ${gib(buffer)}, and this device binds at most ${gib(limit)}.`
        : `The run needs about ${gib(total)}, and WebAssembly addresses at most ${gib(WASM_BYTES)}.`,
      'Freeze the feature tables, lower the embedding or batch size, or use a device with more memory.',
      { total, buffer, limit: Number.isFinite(limit) ? limit : null },
    );
  }
}
