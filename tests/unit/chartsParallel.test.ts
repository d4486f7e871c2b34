import { describe, expect, it } from 'vitest';
import { clampLimits, heightAt, keeps, nearestLine, nearestStop, stopsOf } from '../../src/charts/parallel';
import { parallelSvg } from '../../src/charts/parallelFigure';
import { axisOver } from '../../src/charts/ticks';

const lines = [{ values: [1, 0.2] }, { values: [2, 0.4] }, { values: [2, 0.1] }, { values: [3, 0.3] }];
const stops = [stopsOf(lines, 0), stopsOf(lines, 1)];

describe('parallel coordinates', () => {
  it('limits stand at values that there are, and keep what lies within all of them', () => {
    expect(stops[0]).toEqual([1, 2, 3]);
    const kept = (first: { low: number; high: number } | null, second: { low: number; high: number } | null) =>
      lines.filter((line) => keeps(line, [first, second], stops)).map(({ values }) => values);
    expect(kept({ low: 1, high: 1 }, null)).toEqual([
      [2, 0.4],
      [2, 0.1],
    ]);
    expect(kept({ low: 1, high: 2 }, { low: 2, high: 3 })).toEqual([
      [2, 0.4],
      [3, 0.3],
    ]);
    expect(kept(null, null)).toHaveLength(4);
  });

  it('limits that exclude nothing are none, and follow values that come and go', () => {
    expect(clampLimits({ low: 0, high: 2 }, [1, 2, 3])).toBeNull();
    expect(clampLimits({ low: 2, high: 5 }, [1, 2, 3])).toEqual({ low: 2, high: 2 });
    expect(clampLimits({ low: 4, high: 5 }, [1, 2])).toEqual({ low: 1, high: 1 });
  });

  it('the pointer reads the line that is nearest, and none far away', () => {
    expect(
      heightAt(
        [
          [0, 10],
          [100, 30],
          [200, 0],
        ],
        50,
      ),
    ).toBe(20);
    expect(
      heightAt(
        [
          [0, 10],
          [100, 30],
          [200, 0],
        ],
        150,
      ),
    ).toBe(15);
    expect([
      heightAt(
        [
          [0, 10],
          [100, 30],
        ],
        -5,
      ),
      heightAt(
        [
          [0, 10],
          [100, 30],
        ],
        105,
      ),
    ]).toEqual([10, 30]);
    expect(nearestLine([10, 40, 90], 35)).toBe(1);
    expect(nearestLine([10, 40, 90], 140)).toBe(-1);
    expect(nearestStop([1, 2, 10], (stop) => stops[0]![stop - 1] ?? stop, 2.2)).toBe(1);
  });

  it('a figure has a line per point, the best one last, and the names of the axes', () => {
    const axes = ['layers', 'Recall@20'].map((name, place) => ({
      name,
      axis: axisOver(place === 0 ? [1, 3] : [0.1, 0.4]),
      format: String,
    }));
    const svg = parallelSvg({
      title: 'T <1>',
      axes,
      lines: lines.map((line, i) => ({ ...line, id: String(i), words: [] })),
      colour: () => '#123456',
      marked: '1',
    });
    const paths = svg.match(/<path [^>]*stroke="#123456"[^>]*>/g) ?? [];
    expect(paths).toHaveLength(4);
    expect(paths[3]).toContain('stroke-width="2.4"');
    expect(svg).toContain('>layers<');
    expect(svg).toContain('T &lt;1&gt;');
  });
});
