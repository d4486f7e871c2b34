/** Suggestions that a search offers at a time. */
const OFFERED = 12;

/** Indices whose id or name contains the words, in order; the one with this id first. */
export function searchNames(
  text: string,
  count: number,
  name: (index: number) => string,
  find: (id: string) => number | null,
): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const own = find(text);
  const found: number[] = own === null ? [] : [own];
  for (let index = 0; index < count && found.length < OFFERED; index++) {
    if (index !== own && name(index).toLowerCase().includes(wanted)) found.push(index);
  }
  return found;
}
