import type { Problem } from '../../src/domain/dataset';
import { AppError, type ErrorCode, type ErrorContext } from '../../src/domain/errors';

const SEVERITIES: readonly Problem['severity'][] = ['error', 'warning', 'note'];

/** What the check has found so far, the way a compiler collects its lines. */
export class Findings {
  private readonly found: { problem: Problem; error: AppError | null }[] = [];

  /** Whether an error was found in a file. */
  blames(path: string): boolean {
    return this.found.some(({ problem, error }) => error !== null && problem.file === path);
  }

  /** A point to go back to when files are looked at again. */
  mark(): number {
    return this.found.length;
  }

  reset(mark: number): void {
    this.found.length = mark;
  }

  /** An error stops the import once everything else has been looked at. */
  error(code: ErrorCode, problem: Omit<Problem, 'severity'>, context: ErrorContext = {}): void {
    this.found.push({
      problem: { severity: 'error', ...problem },
      error: new AppError(code, problem.message, problem.hint, { path: problem.file, row: problem.row, ...context }),
    });
  }

  /** A file that could not be read: what its reader threw becomes a line of the check. */
  unreadable(file: string, thrown: AppError): void {
    const row = thrown.context['row'];
    this.found.push({
      problem: {
        severity: 'error',
        rule: ruleOf(thrown.code),
        file,
        row: typeof row === 'number' ? row : null,
        message: thrown.message,
        hint: thrown.hint,
      },
      error: thrown,
    });
  }

  warning(problem: Omit<Problem, 'severity'>): void {
    this.found.push({ problem: { severity: 'warning', ...problem }, error: null });
  }

  note(problem: Omit<Problem, 'severity'>): void {
    this.found.push({ problem: { severity: 'note', ...problem }, error: null });
  }

  /** Errors first, then warnings, then notes; in the order they were found. */
  get problems(): Problem[] {
    return SEVERITIES.flatMap((severity) =>
      this.found.filter(({ problem }) => problem.severity === severity).map(({ problem }) => problem),
    );
  }

  /** The first error, with the number of all; null when there is none. */
  get failure(): AppError | null {
    const errors = this.found.flatMap(({ error }) => error ?? []);
    const first = errors[0];
    if (!first) return null;
    return new AppError(first.code, first.message, first.hint, { ...first.context, errors: errors.length });
  }
}

/** What has no rule of its own here could not be read. */
const RULES: Partial<Record<ErrorCode, Problem['rule']>> = {
  NPY_OBJECT: 'object-type',
  FILE_UNRECOGNISED: 'unrecognised',
  DATA_ID_RANGE: 'id-range',
  DATA_SPLIT_VALUES: 'split-values',
};

const ruleOf = (code: ErrorCode): Problem['rule'] => RULES[code] ?? 'unreadable';
