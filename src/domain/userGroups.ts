/** Groups that are more than this are no groups. */
const MOST = 8;

export interface UserGroups {
  readonly names: readonly string[];
  /** Index into `names`, per user. */
  readonly of: Int32Array;
}

/**
 * The groups that users' names tell, such as `text-driven 17` and `vision-driven 3`: what is left without the number at the end.
 * null where names have no number, or tell one group or more than eight.
 */
export function userGroups(users: readonly string[] | null): UserGroups | null {
  if (!users || users.length === 0) return null;
  const places = new Map<string, number>();
  const of = new Int32Array(users.length);
  for (const [user, name] of users.entries()) {
    const stem = /^(.*\p{L}.*?)[\s_#:-]*\d+$/u.exec(name)?.[1];
    if (stem === undefined) return null;
    const place = places.get(stem) ?? places.size;
    if (place >= MOST) return null;
    places.set(stem, place);
    of[user] = place;
  }
  if (places.size < 2) return null;
  const names = [...places.keys()];
  const order = names.map((_, place) => place).sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
  const sorted = Int32Array.from(names, (_, place) => order.indexOf(place));
  return { names: order.map((place) => names[place] ?? ''), of: of.map((place) => sorted[place] ?? 0) };
}
