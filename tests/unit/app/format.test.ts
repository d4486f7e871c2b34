import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatMeanSd,
  formatMetric,
  formatNumber,
  formatPercent,
  formatReading,
  formatRemaining,
  formatSeconds,
  formatSecondsSd,
  plural,
} from '../../../src/ui/format';

describe('numbers as the page writes them', () => {
  it('writes metrics with four decimals, and what is missing as a dash', () => {
    expect(formatMetric(0.07031)).toBe('0.0703');
    expect(formatMetric(Number.NaN)).toBe('–');
    expect(formatMeanSd(0.07031, 0.00042)).toBe('0.0703 ± 0.0004');
    expect(formatMeanSd(0.07031, null)).toBe('0.0703');
  });

  it.each([
    [0.02, '0.02000'],
    [0.087867, '0.08787'],
    [-0.5, '-0.50000'],
    [4.7517e-6, '4.7517e−6'],
    [0, '0'],
    [12, '12'],
    [12.34567, '12.346'],
  ])('writes %d, read off a chart, so that values line up', (value, text) => expect(formatReading(value)).toBe(text));

  it('separates thousands', () => {
    expect(formatCount(160792)).toBe('160,792');
    expect(plural(1, 'row')).toBe('1 row');
    expect(plural(4112, 'row')).toBe('4,112 rows');
  });

  it.each([
    [0, '0 s'],
    [0.0001234, '0.123 ms'],
    [0.0125, '12.5 ms'],
    [0.9999, '1.00 s'],
    [1.834, '1.83 s'],
    [59.96, '1 min 00 s'],
    [247, '4 min 07 s'],
    [3599.6, '1 h 00 min'],
    [7500, '2 h 05 min'],
  ])('writes %d s in the unit that fits', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it.each([
    [0.0000495, 0.173, '< 1 ms'],
    [0.0043, 0.173, '4 ms'],
    [0.00021, 0.0125, '0.2 ms'],
    [0.034, 1.83, '0.03 s'],
    [0.004, 1.83, '< 10 ms'],
    [3.2, 42.1, '3.2 s'],
    [75.4, 247, '1 min 15 s'],
    [0, 0.173, '0 s'],
  ])('writes a deviation of %d s beside %d s no finer than the mean', (sd, mean, text) =>
    expect(formatSecondsSd(sd, mean)).toBe(text),
  );

  it.each([
    [0.2, '~1 s'],
    [42, '~40 s'],
    [720, '~12 min'],
    [9000, '~2.5 h'],
  ])('rounds %d s left to what an estimate can promise', (seconds, text) =>
    expect(formatRemaining(seconds)).toBe(text),
  );

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1234, '1.23 KB'],
    [133169152, '133 MB'],
    [999999999, '1 GB'],
  ])('writes %d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.00012, '0.00012'],
    [2140.4, '2,140'],
    [123456.7, '123,457'],
    [3.2e-9, '3.200e−9'],
    [-Infinity, '−∞'],
  ])('writes %d in four significant digits, all of a whole part', (value, text) =>
    expect(formatNumber(value)).toBe(text),
  );

  it('keeps the significant digits of small shares', () => {
    expect(formatPercent(0.001167)).toBe('0.117 %');
    expect(formatPercent(1)).toBe('100 %');
  });
});
