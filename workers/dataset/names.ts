import { entry } from '../../src/domain/at';
import { baseName } from '../formats/source';

/** What a column of an interaction table means. */
export type ColumnRole = 'user' | 'item' | 'rating' | 'timestamp' | 'split';

const ROLES: Readonly<Record<string, ColumnRole>> = {
  user: 'user',
  userid: 'user',
  uid: 'user',
  reviewerid: 'user',
  item: 'item',
  itemid: 'item',
  iid: 'item',
  asin: 'item',
  parentasin: 'item',
  productid: 'item',
  movieid: 'item',
  rating: 'rating',
  ratings: 'rating',
  overall: 'rating',
  score: 'rating',
  stars: 'rating',
  timestamp: 'timestamp',
  time: 'timestamp',
  unixreviewtime: 'timestamp',
  xlabel: 'split',
  split: 'split',
};

/** `userID`, `user_id:token`, `User Id` → `user`; null for a column that is not used. */
export function columnRole(header: string): ColumnRole | null {
  const bare = header
    .trim()
    .toLowerCase()
    .replace(/:.*$/, '')
    .replace(/[^a-z]/g, '');
  return ROLES[bare] ?? null;
}

/** `image_feat.npy` → `image`; an `.npz` or `.gz` around one array may carry the name. Null for other files. */
export function featureKey(path: string): string | null {
  const parts = path.split('/');
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = entry(parts, i);
    const key = /^(.+?)[_-]feat(?:s|ure|ures)?(?:\.(?:npy|npz))?(?:\.gz)?$/i.exec(part)?.[1];
    if (key !== undefined) return key.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_');
    // Only the wrapper of a single array speaks for what lies in it.
    if (!/\.(npz|gz)$/i.test(parts[i - 1] ?? '')) return null;
  }
  return null;
}

/** `user_preferences` belongs to users; everything else to items. */
export function featureScope(key: string): 'item' | 'user' {
  return key === 'user' || key.startsWith('user_') ? 'user' : 'item';
}

/** `i_id_mapping.csv`, `u_id_mapping.csv`. */
export function mappingScope(path: string): 'item' | 'user' | null {
  const match = /^(i|item|u|user)_?id_?mapping\b/i.exec(baseName(path));
  return match ? (match[1]?.toLowerCase().startsWith('i') ? 'item' : 'user') : null;
}

/** A name that promises content the import needs, so that failing to read it must stop. */
export function isPromising(path: string): boolean {
  return featureKey(path) !== null || /\.(inter|csv|tsv|zip|npz|gz|tar|tgz)$/i.test(path);
}

/** Droppings of operating systems. */
export function isClutter(path: string): boolean {
  const name = baseName(path);
  return path.split('/').includes('__MACOSX') || name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** `data/baby.inter.gz` → `baby`. */
export function stem(path: string): string {
  return (
    baseName(path)
      .replace(/\.(gz|zip)$/i, '')
      .replace(/\.(inter|csv|tsv|txt)$/i, '') || 'dataset'
  );
}
