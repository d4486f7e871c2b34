import { expect, it } from 'vitest';
import { defaultConfig } from '../../src/domain/models/catalogue';
import { presetsOf, withPreset, withoutPreset } from '../../src/domain/ownPresets';
import { memoryDatabase } from '../../src/storage/database';
import { changeOwnPresets, readOwnPresets } from '../../src/storage/ownPresets';

const deep = { ...defaultConfig('lightgcn'), layers: 4 };

it('keep what differs from the defaults, by model and name', async () => {
  const database = memoryDatabase();
  const keep = (name: string, config = deep) =>
    changeOwnPresets(database, (presets) => withPreset(presets, { model: 'lightgcn', name, config }));
  await Promise.all([keep('deep'), keep('plain', { ...deep, layers: 1 })]);
  await keep('deep', { ...deep, layers: 3 });
  const presets = await readOwnPresets(database);
  const own = presetsOf(presets, 'lightgcn').map(({ name, changes }) => [name, changes]);
  expect(Object.fromEntries(own)).toEqual({ deep: { layers: 3 }, plain: { layers: 1 } });
  expect(presetsOf(presets, 'mgcn')).toEqual([]);
  expect(
    await changeOwnPresets(database, (all) => withoutPreset(all, { model: 'lightgcn', name: 'deep' })),
  ).toHaveLength(1);
});

it('are left out where an option no longer allows them, and stay stored where the model is not known', async () => {
  const database = memoryDatabase();
  const strange = { model: 'from-the-future', name: 'x', changes: {} };
  const wrong = { model: 'lightgcn', name: 'wrong', changes: { layers: 'many' } };
  await database.settings.set('ownPresets', [strange, wrong]);
  expect(presetsOf(await readOwnPresets(database), 'lightgcn')).toEqual([]);
  await changeOwnPresets(database, (presets) => withPreset(presets, { model: 'lightgcn', name: 'deep', config: deep }));
  expect(await database.settings.get('ownPresets')).toMatchObject([
    strange,
    wrong,
    { name: 'deep', changes: { layers: 4 } },
  ]);
});
