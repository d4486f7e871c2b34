import { modalitiesOf, type DatasetDocument } from '../domain/dataset';
import { CUTOFFS, METRIC_NAMES, isMetricKey, metricLabel } from '../domain/metrics';
import { completeConfig, idleBecause, modelTable, protocolOf } from '../domain/models/catalogue';
import type { Counterpart, MmrecLine, MmrecModel } from '../domain/models/mmrec';
import type { Config, ModelTable, Option } from '../domain/models/table';
import type { RunSummary } from '../domain/run';
import { datasetFolder } from './mmrecDataset';
import { yamlText, type YamlLine } from './yaml';

/** Options that every model has. `patience`, the schedule and the metric are written by `protocol`. */
const PROTOCOL: Readonly<Record<string, Counterpart>> = {
  embeddingSize: 'embedding_size',
  learningRate: 'learning_rate',
  lrDecay: 'learning_rate_scheduler',
  lrDecayEpochs: 'learning_rate_scheduler',
  batchSize: 'train_batch_size',
  negativesPerPositive: { only: 1 },
  negativesFrom: { only: 'trainItems' },
  epochs: 'epochs',
  patience: 'stopping_step',
  stopMetric: 'valid_metric',
  relevant: { only: 'all' },
  roundForStopping: { only: '4' },
  evaluateEvery: 'eval_step',
  featureControl: { only: 'none' },
};

/** Users ranked at once in MMRec's evaluation: memory only, no result hangs on it. */
const EVALUATED_AT_ONCE = 4096;

type ExportedRun = Pick<RunSummary, 'name' | 'experiment' | 'result'>;

/** A run as a model file of MMRec; `dataset` as far as it is still stored, `note` what must be known of the run's numbers. */
export function mmrecConfig(
  run: ExportedRun,
  dataset: Pick<DatasetDocument, 'features'> | null,
  note: string | null = null,
): string {
  const { model, config: changes, seed } = run.experiment;
  const config = completeConfig(model, changes);
  const table = modelTable(model);
  const theirs = table.mmrec;
  const active = table.options.filter((option) => idleBecause(model, option, config) === null);
  const own = active.filter(({ key }) => !Object.hasOwn(PROTOCOL, key));
  const lines = theirs ? modelLines(theirs, own, config) : [];
  // A model may set what the protocol leaves alone, such as Adam's weight decay.
  const given = new Map(lines);
  const settings = protocol(config, seed).map(([key, value]): MmrecLine => [key, given.get(key) ?? value]);
  const known = new Set(settings.map(([key]) => key));
  return yamlText([
    ...heading(run, table, theirs, note),
    null,
    ...settings,
    ['is_multimodal_model', table.minModalities > 0],
    null,
    ...(theirs
      ? lines.filter(([key]) => !known.has(key))
      : own.map(({ key, label }): YamlLine => ({ remark: `${key}: ${String(config[key])} (${label})` }))),
    ...remarks([
      ...active.flatMap((option) => difference(option, config, theirs)),
      ...otherDifferences(config),
      ...featureRemarks(table, theirs, dataset),
    ]),
  ]);
}

function heading(
  { name, experiment, result }: ExportedRun,
  table: ModelTable,
  theirs: MmrecModel<Config> | null,
  note: string | null,
): YamlLine[] {
  const folder = datasetFolder(experiment.dataset.name);
  return [
    { remark: `${name}, from Lodestone for MMRec.` },
    { remark: `Dataset ${experiment.dataset.name}, fingerprint ${experiment.dataset.fingerprint}.` },
    ...(result
      ? [
          {
            remark: `Test, best epoch (${result.bestEpoch + 1}): Recall@20 ${result.test['recall@20'].toFixed(4)}, NDCG@20 ${result.test['ndcg@20'].toFixed(4)}.`,
          },
        ]
      : []),
    ...(note === null ? [] : [{ remark: note }]),
    ...(theirs
      ? [
          ...(theirs.from
            ? [
                {
                  remark: `MMRec itself has no ${theirs.name}; these names are those of its authors' copy of MMRec, ${theirs.from}.`,
                },
              ]
            : []),
          {
            remark: `Save as src/configs/model/${theirs.name}.yaml in place of the file there, unpack the exported dataset into data/, then, in src/:`,
          },
          { remark: `python main.py -m ${theirs.name} -d ${folder}` },
          {
            remark: 'Random numbers are drawn differently in MMRec: results agree as two seeds do, not digit by digit.',
          },
        ]
      : [
          {
            remark: `MMRec has no ${table.name}: below is the protocol for another model on the same data, and this run's options as comments.`,
          },
        ]),
  ];
}

/** What decides the numbers beside the model: seed, optimiser, stopping, evaluation, split. */
function protocol(config: Config, seed: number): MmrecLine[] {
  const wanted = protocolOf(config);
  const metric = wanted.stopMetric;
  return [
    ['seed', [seed]],
    ['hyper_parameters', ['seed']],
    ['embedding_size', wanted.embeddingSize],
    ['train_batch_size', wanted.batchSize],
    ['learner', 'adam'],
    ['learning_rate', wanted.learningRate],
    ['learning_rate_scheduler', [wanted.lrDecay, wanted.lrDecayEpochs]],
    ['weight_decay', 0],
    ['epochs', wanted.epochs],
    // More than all evaluations: never stopped early.
    ['stopping_step', wanted.patience === 0 ? wanted.epochs : wanted.patience],
    ['eval_step', wanted.evaluateEvery],
    ['eval_batch_size', EVALUATED_AT_ONCE],
    ['metrics', METRIC_NAMES.map((name) => metricLabel(`${name}@20`).replace('@20', ''))],
    ['topk', CUTOFFS],
    ['valid_metric', isMetricKey(metric) ? metricLabel(metric) : metric],
    ['inter_splitting_label', 'x_label'],
    ['filter_out_cod_start_users', true],
  ];
}

/** Options that have a key of their own, then what the code reads besides. */
function modelLines({ options, also }: MmrecModel<Config>, own: readonly Option[], config: Config): MmrecLine[] {
  const extra = also?.(config) ?? [];
  const written = new Set(extra.map(([key]) => key));
  const direct = own.flatMap(({ key }): MmrecLine[] => {
    const name = options[key];
    const value = config[key];
    return typeof name === 'string' && !written.has(name) && value !== undefined ? [[name, value]] : [];
  });
  return [...direct, ...extra];
}

/** Where MMRec cannot do what this run did; nothing where it does the same. */
function difference({ key, label }: Option, config: Config, theirs: MmrecModel<Config> | null): string[] {
  const counterpart = PROTOCOL[key] ?? theirs?.options[key];
  const value = String(config[key]);
  if (counterpart === undefined) return theirs ? [`MMRec has no ${key} (${label}); this run had ${value}.`] : [];
  if (typeof counterpart === 'string' || counterpart.only === config[key]) return [];
  return [`MMRec has only ${key} = ${String(counterpart.only)} (${label}); this run had ${value}.`];
}

function otherDifferences(config: Config): string[] {
  const { evaluateEvery: every, epochs } = protocolOf(config);
  return epochs % every === 0
    ? []
    : [
        `MMRec does not evaluate the last epoch unless eval_step (${every}) divides the number of epochs; this run did.`,
      ];
}

function featureRemarks(
  table: ModelTable,
  theirs: MmrecModel<Config> | null,
  dataset: Pick<DatasetDocument, 'features'> | null,
): string[] {
  if (table.minModalities === 0 || !theirs || !dataset) return [];
  const keys = modalitiesOf(dataset).map(({ key }) => key);
  const others = keys.filter((key) => key !== 'image' && key !== 'text');
  const missing = ['image', 'text'].filter((key) => !keys.includes(key));
  return [
    ...(others.length > 0
      ? [`MMRec reads image and text features only; this run also read ${others.join(', ')}.`]
      : []),
    ...(theirs.needsBoth && missing.length > 0
      ? [`Its ${theirs.name} fails without ${missing.join(' and ')} features, which this dataset does not have.`]
      : []),
  ];
}

const remarks = (sentences: readonly string[]): YamlLine[] =>
  sentences.length === 0 ? [] : [null, ...sentences.map((remark) => ({ remark }))];
