import { expect } from 'vitest';

/** An input may take so long, in the processor's time, so that a busy machine changes nothing. */
const MOST_MILLISECONDS = 1000;

/** The slowest of many inputs. */
export class Slowest {
  #name = '';
  #milliseconds = 0;

  /** Does the work for an input and says which one it was where it fails. */
  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = process.cpuUsage();
    try {
      return await work();
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
    } finally {
      const { user, system } = process.cpuUsage(start);
      const milliseconds = (user + system) / 1000;
      if (milliseconds > this.#milliseconds) [this.#name, this.#milliseconds] = [name, milliseconds];
    }
  }

  /** Says which was the slowest; it must have been soon. */
  expectSoon(counts: object): void {
    console.info(`${JSON.stringify(counts)}; slowest: ${this.#name}, ${this.#milliseconds.toFixed(0)} ms`);
    expect(this.#milliseconds, this.#name).toBeLessThan(MOST_MILLISECONDS);
  }
}
