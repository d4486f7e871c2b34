import { at } from '../../src/domain/at';
import type { DatasetDocument, DatasetLabels, DemoOptions } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { AppError, errorFromFault, faultOf } from '../../src/domain/errors';
import type { Database } from '../../src/storage/database';
import { commitDataset, deleteDataset } from '../../src/storage/datasets';
import { assemble } from './assemble';
import { demoInteractions } from './demoBehaviour';
import { demoFeatures, demoItems, demoUsers, USER_GROUPS, type DemoItems, type DemoUsers } from './demoWorld';
import { matrixOf, storeFeature } from './features';
import { drawSplit } from './split';
import { datasetStatistics } from './statistics';

const IMAGE_COLUMNS = 64;
const TEXT_COLUMNS = 32;
const FEWEST = 20;
const MOST = 100_000;

// prettier-ignore
const STYLES = ['Art Deco', 'Bauhaus', 'Minimal', 'Rustic', 'Neon', 'Pastel', 'Baroque', 'Mid-century', 'Industrial', 'Floral', 'Gothic', 'Tropical',
  'Nautical', 'Monochrome', 'Folk', 'Cubist', 'Pop', 'Vintage', 'Japandi', 'Memphis', 'Botanical', 'Brutalist', 'Retro', 'Geometric'] as const;
// prettier-ignore
const CATEGORIES = ['lamp', 'chair', 'teapot', 'rug', 'clock', 'mug', 'vase', 'poster', 'cushion', 'shelf', 'bowl', 'mirror',
  'notebook', 'backpack', 'scarf', 'candle', 'blanket', 'planter', 'tray', 'puzzle', 'umbrella', 'stool', 'bottle', 'basket'] as const;

/**
 * Makes the built-in dataset (features `image` `[items, 64]` and `text` `[items, 32]`, ratings, timestamps, labels) from its seed and stores it.
 * Throws `CONFIG_INVALID` for sizes it cannot make.
 */
export async function generateDemo(database: Database, id: string, options: DemoOptions): Promise<DatasetDocument> {
  for (const size of [options.users, options.items]) {
    if (Number.isInteger(size) && size >= FEWEST && size <= MOST) continue;
    throw new AppError(
      'CONFIG_INVALID',
      `A demo dataset of ${options.users} users and ${options.items} items cannot be made.`,
      `Choose between ${FEWEST} and ${MOST.toLocaleString('en-US')} of each.`,
    );
  }
  try {
    return await generate(database, id, options);
  } catch (error) {
    await deleteDataset(database, id).catch(() => undefined);
    throw error instanceof AppError ? error : errorFromFault(faultOf(error));
  }
}

async function generate(database: Database, id: string, options: DemoOptions): Promise<DatasetDocument> {
  const items = demoItems(options);
  const users = demoUsers(options, items);
  const columns = demoInteractions(options, items, users);
  const split = drawSplit('perUserRandom', options.seed, columns, options.users);
  const interactions: Interactions = { ...columns, split };
  const features = [];
  for (const [key, latent, width] of [
    ['image', items.visual, IMAGE_COLUMNS],
    ['text', items.semantic, TEXT_COLUMNS],
  ] as const) {
    const matrix = matrixOf(demoFeatures(options.seed, key, latent, width), width);
    features.push(
      await storeFeature(database, id, { key, scope: 'item', file: `${key} of the demo`, matrix }, null, {}),
    );
  }
  const document = await assemble(database, {
    id,
    name: options.variant === 'plain' ? 'Demo' : 'Demo: looks and semantics',
    users: options.users,
    items: options.items,
    interactions,
    labels: labelsOf(options, items, users),
    features,
    split: { rule: 'perUserRandom', seed: options.seed >>> 0 },
    source: { kind: 'demo', options },
    statistics: datasetStatistics(interactions, options.users, options.items),
    problems: [],
  });
  await commitDataset(database, document);
  return document;
}

function labelsOf(options: DemoOptions, items: DemoItems, users: DemoUsers): DatasetLabels {
  const category = (item: number): string => CATEGORIES[at(items.category, item)] ?? 'thing';
  const style = (item: number): string => STYLES[at(items.style, item)] ?? 'Plain';
  return {
    items: Array.from({ length: options.items }, (_, item) => `${style(item)} ${category(item)} ${item}`),
    users: Array.from({ length: options.users }, (_, user) =>
      options.variant === 'plain' ? `${USER_GROUPS[at(users.group, user)] ?? 'some'}-driven ${user}` : `user ${user}`,
    ),
    itemCategories: { names: CATEGORIES.slice(0, items.categories), of: items.category },
    originalUsers: null,
    originalItems: null,
  };
}
