import { expect } from 'vitest';
import { BACKENDS, describeOn } from '../helpers/device';

for (const backend of BACKENDS) {
  describeOn(backend, 'an opened device', (test) => {
    test('passes its self-test', async (device) => {
      expect(device.report.backend).toBe(backend);
      expect(device.report.selfTest.filter((check) => !check.passed)).toEqual([]);
      expect(device.report.selfTest).toHaveLength(6);
    });
  });
}
