/** Datasets that are made in memory. Users, items and interactions as the papers count them; the contents are drawn. */
export interface SyntheticSize {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  /** Columns of the item features, by modality. */
  readonly features: Readonly<Record<string, number>>;
}

const FEATURES = { image: 4096, text: 384 } as const;

export const SYNTHETIC_SIZES = {
  baby: { name: 'Baby’s size', users: 19_445, items: 7_050, interactions: 160_792, features: FEATURES },
  sports: { name: 'Sports’ size', users: 35_598, items: 18_357, interactions: 296_337, features: FEATURES },
  electronics: {
    name: 'Electronics’ size',
    users: 192_403,
    items: 63_001,
    interactions: 1_689_188,
    features: FEATURES,
  },
  /** For tests of the benchmark itself. */
  tiny: { name: 'tiny', users: 90, items: 80, interactions: 720, features: { image: 12, text: 8 } },
} as const satisfies Readonly<Record<string, SyntheticSize>>;

export const AXES = ['users', 'items', 'interactions', 'features'] as const;
export type Axis = (typeof AXES)[number];
export const FACTORS = [0.5, 2, 4] as const;

/** A set of which one thing is more, or less. */
export interface Growth {
  readonly axis: Axis;
  readonly factor: number;
}

/** Everything else stays as it is; the columns of all features grow together. */
export function grown(size: SyntheticSize, { axis, factor }: Growth): SyntheticSize {
  const name = `${size.name}, ${axis} × ${factor}`;
  if (axis === 'features')
    return {
      ...size,
      name,
      features: Object.fromEntries(
        Object.entries(size.features).map(([key, columns]) => [key, Math.round(factor * columns)]),
      ),
    };
  return { ...size, name, [axis]: Math.round(factor * size[axis]) };
}

export const SET_IDS = ['tiktok', 'baby', 'sports', 'electronics', 'tiny'] as const;
export type SetId = (typeof SET_IDS)[number];
