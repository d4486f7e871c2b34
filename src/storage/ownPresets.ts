import { ownPreset } from '../documents/settings';
import { z } from '../documents/schemas';
import type { OwnPreset } from '../domain/ownPresets';
import type { Database } from './database';

const KEY = 'ownPresets';
const list = z.array(z.unknown()).catch([]);

const readable = (stored: readonly unknown[]): OwnPreset[] =>
  stored.flatMap((one) => ownPreset.safeParse(one).data ?? []);

export const readOwnPresets = async ({ settings }: Database): Promise<OwnPreset[]> =>
  readable(list.parse(await settings.get(KEY)));

/** Changes what is stored, whatever another page has written meanwhile; entries that cannot be read stay. Returns what can be read then. */
export async function changeOwnPresets(
  { settings }: Database,
  change: (presets: readonly OwnPreset[]) => readonly OwnPreset[],
): Promise<OwnPreset[]> {
  let after: readonly OwnPreset[] = [];
  await settings.change([KEY], ([stored]) => {
    const all = list.parse(stored);
    after = change(readable(all));
    return [[KEY, [...all.filter((one) => !ownPreset.safeParse(one).success), ...after]]];
  });
  return [...after];
}
