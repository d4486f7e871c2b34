import type { PointColours } from '../../charts/pointColours';
import type { Entities, EntityRouting, PerEntity, Projection, Traits } from '../../domain/projection';
import { FAMILY_LABELS } from '../../domain/routing';

export type ColourBy = 'kind' | 'interactions' | 'category' | 'liked' | 'group' | 'family';

export interface ColourChoice {
  readonly value: ColourBy;
  readonly label: string;
}

/** Categories that have a colour of their own. */
const NAMED_CATEGORIES = 7;

/** What points of these entities can be coloured by; `routed` for models that send pairs to experts. */
export function colourChoices(entities: Entities, traits: Traits | null, routed: boolean): readonly ColourChoice[] {
  const interactions = {
    users: 'Activity (training interactions)',
    items: 'Popularity (training interactions)',
    both: 'Training interactions',
  } as const;
  return [
    ...(entities === 'both' ? [{ value: 'kind', label: 'User or item' } as const] : []),
    { value: 'interactions', label: interactions[entities] },
    ...(traits?.categories && entities !== 'users' ? [{ value: 'category', label: 'Category' } as const] : []),
    ...(traits?.liked ? [{ value: 'liked', label: 'Share of liked interactions' } as const] : []),
    ...(routed
      ? ([
          { value: 'group', label: 'Dominant modality' },
          { value: 'family', label: 'Dominant expert family' },
        ] as const)
      : []),
  ];
}

/** The colours of a projection's points; null while what they need is not known yet. */
export function coloursOf(
  by: ColourBy,
  projection: Projection,
  traits: Traits,
  routing: EntityRouting | null,
): PointColours | null {
  const label = colourChoices('both', traits, true).find(({ value }) => value === by)?.label ?? '';
  switch (by) {
    case 'kind':
      return {
        kind: 'classes',
        label,
        names: ['user', 'item'],
        of: Int16Array.from(projection.ids, (_, point) => (point < projection.users ? 0 : 1)),
        none: '',
      };
    case 'interactions': {
      const values = perPoint(projection, traits.interactions).map((count) => (count > 0 ? count : NaN));
      return { kind: 'scale', label, values, low: 1, high: Math.max(2, largest(values)), log: true, none: 'none' };
    }
    case 'liked':
      return (
        traits.liked && {
          kind: 'scale',
          label,
          values: perPoint(projection, traits.liked),
          low: 0,
          high: 1,
          log: false,
          none: 'no training interaction',
        }
      );
    case 'category':
      return traits.categories && categoryColours(label, projection, traits.categories);
    case 'group':
      return (
        routing && {
          kind: 'classes',
          label,
          names: routing.groups,
          of: dominant(projection, routing.reliance, routing.groups.length),
          none: 'no training interaction',
        }
      );
    case 'family':
      return (
        routing && {
          kind: 'classes',
          label,
          names: routing.families.map((family) => FAMILY_LABELS[family]),
          of: dominant(projection, routing.familyMass, routing.families.length),
          none: 'no training interaction',
        }
      );
  }
}

/** One number per point from one per user and item. */
export function perPoint(
  { ids, users }: Pick<Projection, 'ids' | 'users'>,
  of: PerEntity<ArrayLike<number>>,
): Float64Array {
  return Float64Array.from(ids, (id, point) => (point < users ? of.users : of.items)[id] ?? NaN);
}

const largest = (values: Float64Array): number => values.reduce((most, value) => (value > most ? value : most), 0);

/** The most frequent categories of all items by name; the rest, and users, are grey. */
function categoryColours(
  label: string,
  { ids, users }: Projection,
  { names, of }: NonNullable<Traits['categories']>,
): PointColours {
  const counts = names.map(() => 0);
  for (const category of of) counts[category] = (counts[category] ?? 0) + 1;
  const order = names.map((_, category) => category).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
  const shown = order.slice(0, names.length <= NAMED_CATEGORIES + 1 ? names.length : NAMED_CATEGORIES);
  const others = names.length - shown.length;
  return {
    kind: 'classes',
    label,
    names: shown.map((category) => names[category] ?? ''),
    of: Int16Array.from(ids, (id, point) => (point < users ? -1 : shown.indexOf(of[id] ?? -1))),
    none:
      [...(others > 0 ? [`${others} other categories`] : []), ...(users > 0 ? ['users'] : [])].join(', ') ||
      'no category',
  };
}

/** The part with the largest share of each point's `[n, parts]`; −1 where there is none. */
function dominant({ ids, users }: Projection, of: PerEntity<Float32Array>, parts: number): Int16Array {
  return Int16Array.from(ids, (id, point) => {
    const row = (point < users ? of.users : of.items).subarray(id * parts, (id + 1) * parts);
    return row.reduce((best, share, part) => (share > (row[best] ?? -Infinity) ? part : best), -1);
  });
}
