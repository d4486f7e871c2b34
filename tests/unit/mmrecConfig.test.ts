import { describe, expect, it } from 'vitest';
import type { FeatureInfo } from '../../src/domain/dataset';
import { defaultConfig, idleBecause, modelTable } from '../../src/domain/models/catalogue';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
import { type Config, type ModelId } from '../../src/domain/models/table';
import { byKey } from '../../src/domain/metrics';
import { newRun, summarise } from '../../src/domain/run';
import { mmrecConfig } from '../../src/sharing/mmrecConfig';
import { topListsTsv } from '../../src/sharing/topLists';
import { yamlText } from '../../src/sharing/yaml';
import { casesOf } from '../helpers/cases';

const features = (...keys: string[]) => ({ features: keys.map((key) => ({ key, scope: 'item' }) as FeatureInfo) });

function textOf(
  model: ModelId,
  changes: Config = {},
  dataset: Parameters<typeof mmrecConfig>[1] = features('image', 'text'),
  note: string | null = null,
): string {
  const experiment = {
    model,
    config: { ...defaultConfig(model), ...changes },
    seed: 5,
    dataset: { id: 'd', name: 'Baby toys', fingerprint: 'c0ffee' },
    backend: 'auto',
    allowSoftware: false,
  } as const;
  const result = { bestEpoch: 11, valid: byKey(() => 0.1), test: byKey(() => 0.25) };
  return mmrecConfig(
    { ...summarise(newRun('r', `${model} · Baby toys`, experiment, '2026-01-01T00:00:00.000Z')), result },
    dataset,
    note,
  );
}

/** Keys and values of a flat file; lists and booleans as JSON has them. */
function parsed(text: string): Record<string, unknown> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, key, value] = /^([A-Za-z_0-9]+): (.+)$/.exec(line) ?? [];
        if (key === undefined || value === undefined) throw new Error(`no line of YAML: ${line}`);
        return [key, JSON.parse(value.replace(/\b(True|False)\b/g, (word) => word.toLowerCase()))];
      }),
  );
}

const remarksOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('#'));

const PROTOCOL_KEYS = [
  'seed',
  'hyper_parameters',
  'embedding_size',
  'train_batch_size',
  'learner',
  'learning_rate',
  'learning_rate_scheduler',
  'weight_decay',
  'epochs',
  'stopping_step',
  'eval_step',
  'eval_batch_size',
  'metrics',
  'topk',
  'valid_metric',
  'inter_splitting_label',
  'filter_out_cod_start_users',
  'is_multimodal_model',
];

describe('a run as a configuration of MMRec', () => {
  it('has the protocol in full', () => {
    expect(
      parsed(
        textOf('lightgcn', {
          layers: 3,
          learningRate: 5e-4,
          regWeight: 1e-7,
          batchSize: 512,
          embeddingSize: 32,
          epochs: 40,
          patience: 7,
          stopMetric: 'map@10',
        }),
      ),
    ).toEqual({
      seed: [5],
      hyper_parameters: ['seed'],
      embedding_size: 32,
      train_batch_size: 512,
      learner: 'adam',
      learning_rate: 0.0005,
      learning_rate_scheduler: [1, 50],
      weight_decay: 0,
      epochs: 40,
      stopping_step: 7,
      eval_step: 1,
      eval_batch_size: 4096,
      metrics: ['Recall', 'NDCG', 'Precision', 'MAP'],
      topk: [5, 10, 20, 50],
      valid_metric: 'MAP@10',
      inter_splitting_label: 'x_label',
      filter_out_cod_start_users: true,
      is_multimodal_model: false,
      n_layers: 3,
      reg_weight: 1e-7,
    });
    // YAML 1.1 takes 1e-7 for text, and 1.0e-7 for a number.
    expect(textOf('bpr', { regWeight: 1e-7 })).toContain('\nreg_weight: 1.0e-7\n');
    // Early stopping switched off: more non-improving evaluations than there are epochs.
    expect(parsed(textOf('bpr', { epochs: 30, patience: 0 }))['stopping_step']).toBe(30);
  });

  for (const model of MODEL_IDS) {
    it(`${model}: says something about every option that has an effect`, () => {
      const text = textOf(model);
      const keys = Object.keys(parsed(text));
      expect(keys.slice(0, PROTOCOL_KEYS.length)).toEqual(PROTOCOL_KEYS);
      expect([...keys.slice(PROTOCOL_KEYS.length)].sort()).toEqual([...(casesOf(model).mmrecKeys ?? [])].sort());
      const theirs = modelTable(model).mmrec;
      expect(theirs === null).toBe(casesOf(model).mmrecKeys === undefined);
      // What the table maps exists, so that a renamed option cannot stay behind.
      const options = modelTable(model).options;
      for (const key of Object.keys(theirs?.options ?? {})) expect(options.map((option) => option.key)).toContain(key);
      // At its defaults a model of MMRec differs in nothing but the rounding, and in how scores that saturate tie.
      if (theirs)
        expect(
          remarksOf(text)
            .filter((line) => line.startsWith('# MMRec has no') || line.startsWith('# MMRec has only'))
            .filter((line) => !/roundForStopping|scoreSigmoid|itself/.test(line)),
        ).toEqual([]);
      else {
        expect(text).toContain(`# MMRec has no ${modelTable(model).name}: `);
        for (const option of options.filter(
          (one) =>
            idleBecause(model, one, defaultConfig(model)) === null &&
            one.group !== 'training' &&
            one.group !== 'evaluation' &&
            one.group !== 'control' &&
            one.key !== 'embeddingSize',
        )) {
          expect(text).toContain(`\n# ${option.key}: ${String(option.default)} (`);
        }
      }
    });
  }

  it('says where and how to run it, and what came out here', () => {
    const text = textOf('mgcn');
    expect(text).toContain('# Save as src/configs/model/MGCN.yaml');
    expect(text).toContain('# python main.py -m MGCN -d Baby-toys\n');
    expect(text).toContain('fingerprint c0ffee');
    expect(text).toContain('Test, best epoch (12): Recall@20 0.2500, NDCG@20 0.2500.');
    expect(textOf('gume')).toContain('github.com/NanGongNingYi/GUME');
    expect(textOf('mllmrec', {}, null, 'A stand-in.')).toContain('\n# A stand-in.\n');
  });

  it('names what MMRec cannot do, and only that', () => {
    const told = (model: ModelId, changes: Config, dataset?: Parameters<typeof mmrecConfig>[1]): string[] =>
      remarksOf(textOf(model, { roundForStopping: '4', ...changes }, dataset)).filter(
        (line) => !remarksOf(textOf(model, { roundForStopping: '4' })).includes(line),
      );
    expect(remarksOf(textOf('bpr')).at(-1)).toBe(
      '# MMRec has only roundForStopping = 4 (Round for stopping); this run had off.',
    );
    expect(told('mgcn', { temperature: 0.2, negativesPerPositive: 1 })).toEqual([]);
    expect(told('mgcn', { temperature: 0.5 })).toEqual([
      '# MMRec has only temperature = 0.2 (Temperature); this run had 0.5.',
    ]);
    expect(told('bpr', { negativesFrom: 'all', negativesPerPositive: 4 })).toEqual([
      '# MMRec has only negativesPerPositive = 1 (Negatives per positive ρ); this run had 4.',
      '# MMRec has only negativesFrom = trainItems (Negatives from); this run had all.',
    ]);
    expect(told('lightgcn', { edgeEnhancer: '+G' })).toEqual([
      '# MMRec has only edgeEnhancer = none (Edge enhancer); this run had +G.',
      '# MMRec has no mutual (Mutual neighbours only); this run had false.',
      '# MMRec has no neighbours (Neighbours K of +G); this run had 10.',
    ]);
    expect(told('bpr', { epochs: 7, evaluateEvery: 2 })).toEqual([
      '# MMRec does not evaluate the last epoch unless eval_step (2) divides the number of epochs; this run did.',
    ]);
    expect(told('freedom', {}, features('audio', 'image'))).toEqual([
      '# MMRec reads image and text features only; this run also read audio.',
    ]);
    expect(told('mgcn', {}, features('audio', 'image'))).toEqual([
      '# MMRec reads image and text features only; this run also read audio.',
      '# Its MGCN fails without text features, which this dataset does not have.',
    ]);
    expect(told('mgcn', {}, null)).toEqual([]);
  });

  it('LATTICE: one width for each layer', () => {
    expect(parsed(textOf('lattice', { userItemLayers: 3, itemItemLayers: 2, embeddingSize: 16 }))).toMatchObject({
      weight_size: [16, 16, 16],
      n_layers: 2,
      feat_embed_dim: 16,
      cf_model: 'lightgcn',
    });
  });

  it('remarks are one line, whatever a name holds', () => {
    expect(yamlText([{ remark: 'a name\nkey: 1' }, null, ['a', 'b: "c"\t#']])).toBe(
      '# a name key: 1\n\na: "b: \\"c\\"\\t#"\n',
    );
  });
});

describe('top-k lists as MMRec writes them', () => {
  it('a header, then a line a user, best first, tabs between', () => {
    const details = { perUser: { users: Int32Array.of(2, 7) }, topItems: Int32Array.of(5, 0, 9, 3, 1, -1), cutoff: 3 };
    expect(topListsTsv(details)).toBe('id\ttop_0\ttop_1\ttop_2\n2\t5\t0\t9\n7\t3\t1\t-1\n');
  });
});
