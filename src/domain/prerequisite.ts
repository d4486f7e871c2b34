import { completeConfig, idleBecause, isModelId, modelTable, protocolOf } from './models/catalogue';
import type { Config, ModelId } from './models/table';
import type { Experiment } from './run';

/** Where a configuration takes pre-trained item embeddings from: a model, `random`, `imported`; null where it uses none. */
export function pretrainedSource(model: ModelId, config: Config): string | null {
  const option = modelTable(model).options.find((one) => one.type === 'choice' && one.adds === 'pretrainingModels');
  const source = option && config[option.key];
  return option && typeof source === 'string' && idleBecause(model, option, config) === null ? source : null;
}

/** The run whose item embeddings an experiment starts from: a run of its own, with that model's defaults, and the same batch size and seed. */
export function prerequisiteOf(experiment: Experiment): Experiment | null {
  const source = pretrainedSource(experiment.model, experiment.config);
  if (source === null || !isModelId(source)) return null;
  const { embeddingSize, batchSize } = protocolOf(experiment.config);
  const epochs = experiment.config['pretrainingEpochs'];
  // Pre-training on features that a control has emptied would bring their meaning back.
  const controls = Object.fromEntries(
    ['featureControl', 'controlled'].flatMap((key) => {
      const value = experiment.config[key];
      return value !== undefined && modelTable(source).options.some((option) => option.key === key)
        ? [[key, value]]
        : [];
    }),
  );
  const wanted = { ...(epochs !== undefined && { epochs }), embeddingSize, batchSize, ...controls };
  return { ...experiment, model: source, config: completeConfig(source, wanted) };
}

/** Whether two experiments lead to the same numbers, up to the device they run on. */
export function sameExperiment(a: Experiment, b: Experiment): boolean {
  if (a.model !== b.model || a.seed !== b.seed || a.dataset.fingerprint !== b.dataset.fingerprint) return false;
  const [left, right] = [completeConfig(a.model, a.config), completeConfig(b.model, b.config)];
  return Object.keys(left).every((key) => left[key] === right[key]);
}
