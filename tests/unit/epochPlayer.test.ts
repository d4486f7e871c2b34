import { describe, expect, it } from 'vitest';
import { paceOf } from '../../src/features/routing/pace';

describe('playing the epochs', () => {
  it('takes about six seconds, however many they are', () => {
    for (const count of [7, 20, 37, 100, 151, 300, 1000, 5000]) {
      const { frame, stride } = paceOf(count);
      const seconds = (Math.ceil((count - 1) / stride) * frame) / 1000;
      expect(seconds, String(count)).toBeGreaterThan(5.9);
      expect(seconds, String(count)).toBeLessThan(6.2);
      expect(frame, String(count)).toBeGreaterThanOrEqual(40);
    }
  });

  it('leaves no epoch out while each can be seen, and does not dwell on a few', () => {
    expect(paceOf(151).stride).toBe(1);
    expect(paceOf(1000).stride).toBeGreaterThan(1);
    expect(paceOf(3)).toEqual({ frame: 1000, stride: 1 });
    expect(paceOf(1).frame).toBe(1000);
  });
});
