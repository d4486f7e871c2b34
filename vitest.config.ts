import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores: files that start a GPU device or a long computation would only slow each other down.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/@tensorflow/] } },
    include: ['tests/{unit,golden,gpu}/**/*.test.ts'],
  },
});
