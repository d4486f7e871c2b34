import { tickLabel, type Axis } from './ticks';

/** Pixel distances between a chart's edge and its plot. */
export interface PlotLayout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const CHARACTER = 6.6;

/** Leaves room for the tick labels and for the names at the lines' ends (never more than a third of the width). */
export function plotLayout(width: number, height: number, yAxis: Axis, endLabels: readonly string[]): PlotLayout {
  const ticks = Math.max(1, ...yAxis.ticks.map((tick) => tickLabel(tick).length));
  const names = Math.max(0, ...endLabels.map((name) => name.length));
  return {
    width,
    height,
    left: Math.ceil(10 + ticks * CHARACTER),
    right: names === 0 ? 12 : Math.min(Math.ceil(16 + names * (CHARACTER + 0.4)), Math.floor(width / 3)),
    top: 22,
    bottom: 36,
  };
}
