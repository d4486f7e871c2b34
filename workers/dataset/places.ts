import { baseName } from '../formats/source';

/** Where a row stands, as messages say it. */
export interface Place {
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** Numbers the lines of several files through, so that one whole number says file and line. */
export class Places {
  private readonly files: { readonly path: string; readonly start: number }[] = [];
  private next = 0;

  /** The lines that are numbered from now on are this file's. */
  begin(path: string): void {
    this.files.push({ path, start: this.next });
  }

  /** The number of a line of the file begun last. */
  number(line: number): number {
    const number = (this.files.at(-1)?.start ?? 0) + line;
    if (number >= this.next) this.next = number + 1;
    return number;
  }

  place(number: number): Place {
    const found = this.files.findLast(({ start }) => start <= number) ?? { path: '', start: 0 };
    return { path: found.path, file: baseName(found.path), line: number - found.start };
  }

  /** The file, or the files, as messages call them. */
  get name(): string {
    const [first, ...others] = this.files.map(({ path }) => baseName(path));
    return others.length === 0 ? (first ?? '') : `${first ?? ''} and the other splits`;
  }

  /** How many files there are. */
  get count(): number {
    return this.files.length;
  }

  /** The first file. */
  get path(): string {
    return this.files[0]?.path ?? '';
  }
}
