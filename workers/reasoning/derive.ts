import {
  isAttributeKey,
  isPairsKey,
  PAIRS_KEY,
  type DatasetDocument,
  type FeatureInfo,
  type Problem,
} from '../../src/domain/dataset';
import { attributeKey } from '../../src/domain/itemAttributes';
import type { Database } from '../../src/storage/database';
import {
  commitDataset,
  deleteDataset,
  readFeatureChunks,
  readInteractions,
  writeFeatureChunk,
} from '../../src/storage/datasets';
import { assemble } from '../dataset/assemble';
import { unknownProfiles } from '../dataset/check';
import { FeatureObserver } from '../dataset/featureStatistics';
import { matrixOf, storeFeature, type StoredFeature } from '../dataset/features';
import { digest } from '../dataset/fingerprint';
import { pairRows } from './choices';
import { attributeVectors, readEncoded, type EncodedStudy } from './encoded';
import { encoderName, provenanceOf } from './provenance';
import { originOf } from './study';

/** The keys that MLLMRec reads. */
const ITEM_KEY = 'image_text';
const USER_KEY = 'user_preferences';

type Progress = (text: string, fraction: number | null) => void;

/**
 * Stores a new dataset: the interactions and features of the old one, with what the reasoning stage made in the place of any it had: `image_text`,
 * `user_preferences`, and where they were asked for `attribute_1`, … and `user_pairs`. The old dataset and its runs stay as they are. Throws
 * `REASONING_UNFINISHED`.
 */
export async function deriveDataset(
  database: Database,
  datasetId: string,
  id: string,
  name: string,
  progress: Progress,
): Promise<DatasetDocument> {
  progress('reading the vectors', null);
  const encoded = await readEncoded(database, datasetId);
  const { dataset, labels } = encoded.study;
  try {
    const copied = dataset.features.filter((info) => stays(info, encoded));
    const features: StoredFeature[] = [];
    for (const info of copied) {
      progress(`copying ${info.key}`, null);
      features.push(await copyFeature(database, dataset, id, info));
    }
    progress('storing the vectors', null);
    features.push(...(await storeMade(database, id, encoded)));
    const document = await assemble(database, {
      id,
      name,
      users: dataset.statistics.users,
      items: dataset.statistics.items,
      interactions: await readInteractions(database, datasetId),
      labels: labels ?? { items: null, users: null, itemCategories: null, originalUsers: null, originalItems: null },
      features,
      split: dataset.split,
      source: { kind: 'reasoning', provenance: await provenanceOf(encoded) },
      statistics: dataset.statistics,
      problems: [
        ...dataset.problems.filter(
          ({ rule, file }) => rule !== 'user-file-provenance' || copied.some((info) => info.file === file),
        ),
        ...fromElsewhere(encoded),
      ],
    });
    await commitDataset(database, document);
    return document;
  } catch (error) {
    await deleteDataset(database, id).catch(() => undefined);
    throw error;
  }
}

/** Whether a feature of the old dataset is one of the new dataset too. */
function stays({ key, scope }: FeatureInfo, { attributes, choices }: EncodedStudy): boolean {
  if (scope === 'user') return isPairsKey(key) && !choices;
  return key !== ITEM_KEY && !(attributes && isAttributeKey(key));
}

/** Stores what the stage made. */
async function storeMade(database: Database, id: string, encoded: EncodedStudy): Promise<StoredFeature[]> {
  const { settings } = encoded.study.job;
  const encoder = encoderName(settings);
  const made = (
    key: string,
    scope: 'item' | 'user',
    file: string,
    values: Float32Array<ArrayBuffer>,
    columns = encoded.columns,
  ) => storeFeature(database, id, { key, scope, file, matrix: matrixOf(values, columns) }, null, {});
  const features = [
    await made(ITEM_KEY, 'item', `${encoder}, reasoning stage`, encoded.items),
    await made(USER_KEY, 'user', `${encoder}, reasoning stage`, encoded.users),
  ];
  for (const [place, field] of encoded.attributes?.fields.entries() ?? []) {
    const file = `${field.name} (${field.origin}), ${encoder}, reasoning stage`;
    const values = encoded.attributes && (await attributeVectors(encoded, encoded.attributes, place));
    if (values) features.push(await made(attributeKey(place), 'item', file, values));
  }
  if (encoded.choices)
    features.push(
      await made(
        PAIRS_KEY,
        'user',
        `${settings.models.profile}, reasoning stage`,
        pairRows(encoded.choices.choices),
        2,
      ),
    );
  return features;
}

/** A note where profiles are a file's. */
function fromElsewhere({ study, profiles }: EncodedStudy): Problem[] {
  const { profiles: file } = study.imported;
  return file && profiles.some((source) => originOf(source) === 'imported')
    ? [{ severity: 'note', ...unknownProfiles(file.file) }]
    : [];
}

async function copyFeature(
  database: Database,
  { id: from }: DatasetDocument,
  id: string,
  info: DatasetDocument['features'][number],
): Promise<StoredFeature> {
  const digests: string[] = [];
  for await (const { values } of readFeatureChunks(database, from, info)) {
    await writeFeatureChunk(database, id, info.key, digests.length, values);
    digests.push(await digest(values));
  }
  return { info, digests, observer: new FeatureObserver() };
}
