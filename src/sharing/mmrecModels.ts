import { numberOption } from '../domain/models/catalogue';
import type { Config, ModelId, OptionValue } from '../domain/models/table';
import type { YamlLine } from './yaml';

/** What becomes of one of our options: the key it has in MMRec, or the one value that MMRec's code has built in. */
export type Counterpart = string | { readonly only: OptionValue };

export interface MmrecModel {
  /** The name its file, its class and the command line have. */
  readonly name: string;
  /** Where its code is, when MMRec itself does not bring it. */
  readonly from?: string;
  /** By our keys. Options that are not named here have no counterpart. */
  readonly options: Readonly<Record<string, Counterpart>>;
  /** Keys that its code reads besides, as they follow from ours. */
  readonly also?: (config: Config) => readonly YamlLine[];
  /** Its code fails unless there are image and text features. */
  readonly needsBoth?: boolean;
}

const only = (value: OptionValue): Counterpart => ({ only: value });

const PLAIN_GRAPH = { edgeEnhancer: only('none') };
const OWN_ITEM_GRAPH = { itemGraph: only('own'), trainFeatures: only(true), featurePrecision: only('single') };

const projectionSize = (config: Config): readonly YamlLine[] => [
  ['feat_embed_dim', numberOption(config, 'embeddingSize')],
];

/** Every model under MMRec's names; null for what MMRec has not. */
export const MMREC_MODELS: Readonly<Record<ModelId, MmrecModel | null>> = {
  bpr: { name: 'BPR', options: { regWeight: 'reg_weight' } },
  lightgcn: { name: 'LightGCN', options: { layers: 'n_layers', regWeight: 'reg_weight', ...PLAIN_GRAPH } },
  vbpr: { name: 'VBPR', options: { regWeight: 'reg_weight', featurePrecision: only('single') } },
  lattice: {
    name: 'LATTICE',
    options: {
      itemItemLayers: 'n_layers',
      neighbours: 'knn_k',
      graphMix: 'lambda_coeff',
      regWeight: 'reg_weight',
      userItemLayers: 'weight_size',
      ...PLAIN_GRAPH,
      ...OWN_ITEM_GRAPH,
    },
    // One width for each layer over users and items.
    also: (config) => [
      ...projectionSize(config),
      [
        'weight_size',
        new Array<number>(numberOption(config, 'userItemLayers')).fill(numberOption(config, 'embeddingSize')),
      ],
      ['cf_model', 'lightgcn'],
    ],
  },
  freedom: {
    name: 'FREEDOM',
    options: {
      userItemLayers: 'n_ui_layers',
      itemItemLayers: 'n_mm_layers',
      neighbours: 'knn_k',
      visionWeight: 'mm_image_weight',
      dropout: 'dropout',
      regWeight: 'reg_weight',
      ...OWN_ITEM_GRAPH,
    },
    also: projectionSize,
  },
  mgcn: {
    name: 'MGCN',
    options: {
      userItemLayers: 'n_ui_layers',
      itemItemLayers: 'n_layers',
      neighbours: 'knn_k',
      contrastWeight: 'cl_loss',
      temperature: only(0.2),
      regWeight: 'reg_weight',
      ...PLAIN_GRAPH,
      ...OWN_ITEM_GRAPH,
    },
    needsBoth: true,
  },
  gume: {
    name: 'GUME',
    from: 'github.com/NanGongNingYi/GUME',
    options: {
      userItemLayers: 'n_ui_layers',
      itemItemLayers: 'n_layers',
      neighbours: 'knn_k',
      mutual: only(false),
      contrastWeight: 'bm_loss',
      temperature: 'bm_temp',
      userModalityWeight: 'um_loss',
      userModalityTemperature: 'um_temp',
      alignWeight: 'vt_loss',
      noise: only(0.1),
      regWeight: 'reg_weight_1',
      regExtendedWeight: 'reg_weight_2',
      ...OWN_ITEM_GRAPH,
    },
    needsBoth: true,
  },
  egra: null,
  mllmrec: null,
  magnet: null,
  simgr: null,
};
