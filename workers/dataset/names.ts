import { baseName } from '../formats/source';
import type { SplitName } from '../../src/domain/dataset';

/** What the name of a file says. */

const ENDINGS =
  /\.(npy|npz|pt|pth|bin|ckpt|safetensors|h5|hdf5|hdf|parquet|pq|csv|tsv|txt|json|jsonl|ndjson|pkl|pickle|mat|inter|item|user|dat|data|zip|gz|tgz|tar)$/i;

/** `data/image_feat.npy.gz` → `image_feat`. */
export function bareName(path: string): string {
  let name = baseName(path);
  for (let shorter = name.replace(ENDINGS, ''); shorter !== name; shorter = name.replace(ENDINGS, '')) name = shorter;
  return name;
}

/** `FeatureVideo_normal` → `feature`, `video`, `normal`. */
export const tokensOf = (name: string): string[] =>
  name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');

const FEATURE_WORD =
  /^(feat|feats|feature|features|emb|embs|embed|embeds|embedding|embeddings|vec|vecs|vector|vectors|repr|representations?)$/;
const MODALITY =
  /^(image|images|img|imgs|vis|visual|vision|text|texts|txt|textual|audio|aud|acoustic|video|videos|vid|title|titles|description|cover|covers|poster|frame|frames|review|reviews|profile|profiles|preferences|clip|bert|sbert|vit|resnet\d*|vgg\d*|pretrained)$/;
/** Words that say how features were made, not of what. */
const MANNER = /^(normal|normalized|final|all|raw|np|array|matrix|mat|float32|float16|f32|f16)$/;
/** Graphs that programs keep beside a dataset. */
const CACHE = /^(adj|adjacency|graph|knn|laplacian|norm_adj|mm_adj|ui_graph|s_adj|sim|similarity)$/;

/** Whether a name is that of a graph that a program has kept: `mm_adj_freedomdsp_10_1.pt`, `user_graph_dict.npy`. */
export const isGraphCache = (path: string): boolean => tokensOf(bareName(path)).some((token) => CACHE.test(token));

/** A modality, from the name of its file or array. */
export interface FeatureName {
  readonly key: string;
  readonly scope: 'item' | 'user';
  /** The name has a word such as `feat` or `embedding`: leaving the file out must be agreed to. */
  readonly promised: boolean;
}

/** `image_feat` → `image`; `FeatureVideo_normal` → `video`; null for a name that says nothing of features. */
export function featureName(name: string): FeatureName | null {
  const tokens = tokensOf(name);
  if (tokens.some((token) => CACHE.test(token))) return null;
  const promised = tokens.some((token) => FEATURE_WORD.test(token));
  const known = tokens.some((token) => MODALITY.test(token));
  if (!promised && !known) return null;
  const kept = tokens.filter((token) => !FEATURE_WORD.test(token) && !MANNER.test(token));
  const key = (kept.length > 0 ? kept : tokens).join('_');
  return { key, scope: featureScope(key), promised };
}

/** `user_preferences` belongs to users; everything else to items. */
export function featureScope(key: string): 'item' | 'user' {
  return /^users?(_|$)/.test(key) || /^(profile|profiles|preferences)(_|$)/.test(key) ? 'user' : 'item';
}

/** `i_id_mapping`, `item_list`, `user2id`, `item_ids`: whose ids a file lists; null for other files. */
export function idListScope(path: string): 'item' | 'user' | null {
  const match =
    /^(i|item|items|u|user|users|movie|product|asin|video|business)_?(id|ids|2id|2idx|list|map|mapping|dict|index)?(_?(mapping|map|list|dict|ids?|order|2id|index))*$/i.exec(
      bareName(path).replace(/([a-z])([A-Z])/g, '$1_$2'),
    );
  if (!match || (match[2] === undefined && match[3] === undefined)) return null;
  return match[1]?.toLowerCase().startsWith('u') ? 'user' : 'item';
}

/** `train.json`, `click.valid.inter`, `dev.csv`: the split that a file's name says. */
export function splitOfName(path: string): SplitName | null {
  const tokens = tokensOf(bareName(path));
  // Negatives sampled for a test are no interactions: `ml-1m.test.negative`.
  if (tokens.some((token) => /^(neg|negs|negatives?)$/.test(token))) return null;
  const has = (pattern: RegExp): boolean => tokens.some((token) => pattern.test(token));
  const found = [
    has(/^(train|training|trn|tr|trnmat|base)$/) ? ('train' as const) : null,
    has(/^(valid|validation|val|vali|dev)$/) ? ('valid' as const) : null,
    has(/^(test|testing|tst|te|eval)$/) ? ('test' as const) : null,
  ].filter((split) => split !== null);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** A table of this name, or an archive, cannot be passed over when it cannot be read. */
export function isPromising(path: string): boolean {
  return (
    featureName(bareName(path))?.promised === true ||
    /\.(inter|csv|tsv|zip|npz|gz|tar|tgz|jsonl|parquet)$/i.test(path) ||
    splitOfName(path) !== null
  );
}

/** Droppings of operating systems. */
export function isClutter(path: string): boolean {
  const name = baseName(path);
  return path.split('/').includes('__MACOSX') || name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** A name for a dataset from its file: `data/baby.inter.gz` → `baby`. */
export const stem = (path: string): string => bareName(path) || 'dataset';
