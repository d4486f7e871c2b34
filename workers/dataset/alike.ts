/** An id of `ids` that is perhaps the same as `id`, spelled otherwise: in case, zeros in front, quotes or the ending of a file; null when none is. */
export function alike(id: string, ids: readonly string[]): string | null {
  const plain = spelling(id);
  return ids.find((other) => other !== id && spelling(other) === plain) ?? null;
}

/** What to do about two spellings. */
export const SPELL_ALIKE = 'Ids must be spelled alike in all files; spreadsheets take off zeros in front.';

const spelling = (id: string): string =>
  id
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/\.(jpe?g|png|npy|txt|mp[34]|wav|0+)$/i, '')
    .replace(/^0+(?=.)/, '')
    .toLowerCase();
