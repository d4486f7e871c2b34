import { describe, expect, it } from 'vitest';
import { openTestDevice } from '../helpers/device';

describe('opening a device', () => {
  for (const backend of ['cpu', 'wasm', 'webgpu'] as const) {
    it(`passes its self-test on ${backend}`, async (context) => {
      const device = await openTestDevice(backend);
      if (!device) return context.skip();
      expect(device.report.backend).toBe(backend);
      expect(device.report.selfTest.map((test) => [test.name, test.passed])).toEqual(
        device.report.selfTest.map((test) => [test.name, true]),
      );
      expect(device.report.selfTest.length).toBe(6);
      device.check();
      device.close();
    });
  }
});
