/** What a script asks for. */
export interface Needs {
  /** Of the plan, as part of a file’s name. */
  readonly name: string;
  readonly planFile: string;
  readonly workers: number;
  readonly gpu: boolean;
  readonly cores: number;
  /** Of the process of one worker; null where memory was not estimated. */
  readonly mebibytes: number | null;
  /** null: no limit is set. */
  readonly minutes: number | null;
  /** Whether workers need the dataset’s files. */
  readonly files: boolean;
}

/** Options of `work` that follow from what a worker has. */
export const deviceWords = ({ gpu, cores }: Needs): string =>
  gpu ? '--backend webgpu' : `--backend wasm --threads ${cores}`;
