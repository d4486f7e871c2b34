import type { StepsTaken } from '../../../src/domain/run';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { difference, NO_LEEWAY, type Leeway } from './agree';
import { Capture } from './capture';
import type { GivenNumbers } from './given';
import { Recorder } from './recorder';
import type { Recording } from './recording';

/**
 * Work on a WebGPU device that is taken many times with other numbers. It is recorded while it is taken the ordinary way; when two
 * recordings agree in all but what was declared (`given`), the rest is played from a capture, which no operation of tfjs takes part
 * in. Where they do not agree it is never played, and `report` says why.
 *
 * A capture lives until `release`: between epochs its buffers are the pool's, for evaluation. Afterwards one recording is enough if
 * it agrees with those that were trusted before.
 */
export class Repeated {
  readonly #backend: WebGPUBackend;
  #capture: Capture | null = null;
  #trusted: Recording | null = null;
  #last: Recording | null = null;
  #output: GPUBuffer | null = null;
  #report: StepsTaken = { played: 0, ordinary: 0, kernels: null, refused: null };

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
  }

  get report(): StepsTaken {
    return this.#report;
  }

  get captured(): boolean {
    return this.#capture !== null;
  }

  /** Begins to record the work, which is about to be taken the ordinary way; null where it is no use. */
  record(): Recorder | null {
    this.#report = { ...this.#report, ordinary: this.#report.ordinary + 1 };
    if (this.#report.refused !== null) return null;
    return new Recorder(this.#backend);
  }

  /**
   * Takes what was recorded, once all that the work made is disposed. `leeway`: in what it may differ from the work of an earlier
   * epoch. `output`: where the recording had a result that is read after each play.
   */
  recorded(recorder: Recorder, leeway: Leeway = NO_LEEWAY, output: GPUBuffer | null = null): void {
    const recording = recorder.finish();
    if (recording.problem !== null) return this.refuse(recording.problem);
    const nameOf = (pipeline: GPUComputePipeline): string => pipeline.label || 'a kernel of ours';
    const trusted = this.#trusted && difference(this.#trusted, recording, leeway, nameOf) === null;
    if (!trusted) {
      if (!this.#last) {
        this.#last = recording;
        return;
      }
      const apart = difference(this.#last, recording, NO_LEEWAY, nameOf);
      if (apart !== null) return this.refuse(apart);
    }
    this.#trusted = recording;
    this.#last = null;
    this.#output = output;
    this.#capture = new Capture(this.#backend, recording);
    this.#report = { ...this.#report, kernels: this.#capture.dispatches };
  }

  refuse(reason: string): void {
    this.release();
    this.#trusted = null;
    this.#report = { ...this.#report, refused: reason };
  }

  /** Takes the work from the capture. */
  play(numbers: GivenNumbers): void {
    if (!this.#capture) throw new Error('Nothing is captured.');
    this.#capture.play(numbers);
    this.#report = { ...this.#report, played: this.#report.played + 1 };
  }

  /** The same; answers the output's numbers. */
  async playAndRead(numbers: GivenNumbers): Promise<Float32Array> {
    this.play(numbers);
    const buffer = this.#output && this.#capture?.resultIn(this.#output);
    if (!buffer) throw new Error('What is captured has no output.');
    return new Float32Array(await this.#backend.getBufferData(buffer));
  }

  /** Gives the capture's buffers back; what was trusted stays trusted. */
  release(): void {
    this.#capture?.release();
    this.#capture = null;
    this.#last = null;
  }
}
