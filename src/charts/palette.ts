/**
 * Okabe and Ito's colours in an order in which neighbours differ in lightness too, each with a dash pattern of its own:
 * a series can be told apart without its colour.
 */
export interface SeriesStyle {
  /** The CSS colour on the page; its value follows the theme. */
  readonly colour: string;
  /** The same series in a figure on white. */
  readonly figureColour: string;
  /** An SVG `stroke-dasharray`; empty for a solid line. */
  readonly dash: string;
}

const FIGURE_COLOURS = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#000000',
  '#8A8300',
] as const;
const DASHES = ['', '6 3', '2 2', '8 3 2 3', '10 4', '4 2 1 2', '1 3', '12 3 2 3 2 3'] as const;

/** The style of the series at `index`. After eight the colours come again, with other dash patterns. */
export function seriesStyle(index: number): SeriesStyle {
  const slot = index % FIGURE_COLOURS.length;
  const figureColour = FIGURE_COLOURS[slot] ?? FIGURE_COLOURS[0];
  return {
    colour: `var(--series-${slot + 1}, ${figureColour})`,
    figureColour,
    dash: DASHES[(slot + 3 * Math.floor(index / FIGURE_COLOURS.length)) % DASHES.length] ?? '',
  };
}

/** Ranking metrics that stand beside each other in many charts: each has one colour in all of them. */
const METRIC_SLOTS: Readonly<Record<string, number>> = {
  'R@10': 0,
  'R@20': 1,
  'N@10': 2,
  'N@20': 3,
  'R@5': 4,
  'R@50': 5,
  'N@5': 6,
  'N@50': 7,
};

const metricOf = (name: string): number | undefined =>
  METRIC_SLOTS[name.replace(/^Recall@/, 'R@').replace(/^NDCG@/, 'N@')];

/** The place in the palette of each line of a chart: a metric's own, for all others the first that is free. */
export function slotsOf(names: readonly string[]): number[] {
  const own = names.map(metricOf);
  const taken = new Set(own.filter((slot) => slot !== undefined));
  let next = 0;
  return own.map((slot) => {
    if (slot !== undefined) return slot;
    while (taken.has(next)) next += 1;
    taken.add(next);
    return next;
  });
}
