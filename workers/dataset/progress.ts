/** What an import says of itself while it reads. */
export interface ImportProgress {
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** null until the rate is known. */
  readonly etaSeconds: number | null;
}

const INTERVAL_MS = 100;
/** Before this much time a rate is a guess. */
const RATE_AFTER_MS = 500;

/** Counts bytes over all files and reports at most ten times a second. */
export class ProgressMeter {
  private doneBytes = 0;
  private file = '';
  private readonly startedAt = Date.now();
  private reportedAt = 0;

  constructor(
    private readonly totalBytes: number,
    private readonly report: (progress: ImportProgress) => void,
  ) {}

  /** The file read from now on; reported at once. */
  begin(file: string): void {
    this.file = file;
    this.send();
  }

  readonly onBytes = (count: number): void => {
    this.doneBytes = Math.min(this.totalBytes, this.doneBytes + count);
    if (Date.now() - this.reportedAt >= INTERVAL_MS) this.send();
  };

  /** Everything is read. */
  finish(): void {
    this.doneBytes = this.totalBytes;
    this.send();
  }

  private send(): void {
    this.reportedAt = Date.now();
    const elapsedMs = this.reportedAt - this.startedAt;
    const known = elapsedMs >= RATE_AFTER_MS && this.doneBytes > 0;
    this.report({
      file: this.file,
      doneBytes: this.doneBytes,
      totalBytes: this.totalBytes,
      etaSeconds: known ? (elapsedMs / 1000 / this.doneBytes) * (this.totalBytes - this.doneBytes) : null,
    });
  }
}
