/**
 * Every failure a person can meet has a code. A code has one sentence that says what happened,
 * one that says what to do next, and one test.
 */
export const ERROR_CODES = [
  // devices
  'GPU_UNAVAILABLE',
  'GPU_LOST',
  'GPU_VALIDATION',
  'GPU_OUT_OF_MEMORY',
  'GPU_SELF_TEST',
  'BACKEND_UNAVAILABLE',
  // files and datasets
  'FILE_UNREADABLE',
  'FILE_UNRECOGNISED',
  'FILE_BROKEN',
  'FILE_UNSUPPORTED',
  'NPY_HEADER',
  'NPY_TYPE',
  'NPY_OBJECT',
  'NPY_SHAPE',
  'NPY_TRUNCATED',
  'TABLE_ENCODING',
  'TABLE_HEADER',
  'TABLE_VALUE',
  'ZIP_BROKEN',
  'ZIP_BOMB',
  'ZIP_UNSUPPORTED',
  'GZIP_BROKEN',
  'DATA_NO_INTERACTIONS',
  'DATA_ROWS_MISMATCH',
  'DATA_NOT_FINITE',
  'DATA_ID_RANGE',
  'DATA_SPLIT_VALUES',
  'DATA_EMPTY_SPLIT',
  'DATA_QUESTION',
  'DATA_REJECTED',
  'DATA_NOT_FOUND',
  'DATA_UNREADABLE',
  'DATA_OTHER',
  'IMPORT_CANCELLED',
  // storage
  'STORE_QUOTA',
  'STORE_UNAVAILABLE',
  'STORE_NEWER',
  'STORE_BROKEN',
  'STORE_DAMAGED',
  // experiments and runs
  'CONFIG_INVALID',
  'MODEL_UNKNOWN',
  'MODEL_PARAMETER_LOST',
  'MODEL_NEEDS_FEATURES',
  'PRETRAINING_MISSING',
  'SAMPLE_NO_NEGATIVE',
  'RUN_NOT_FOUND',
  'RUN_UNREADABLE',
  'LINK_TRUNCATED',
  'LINK_VERSION',
  'LINK_TOO_LARGE',
  'LINK_INVALID',
  'STUDY_UNREADABLE',
  'STUDY_VERSION',
  'STUDY_TOO_LARGE',
  'PROOF_UNREADABLE',
  'PLAN_UNREADABLE',
  'PLAN_VERSION',
  'PLAN_OTHER',
  'PLAN_EMPTY',
  'PLAN_FOLDER',
  'RUN_ABANDONED',
  'BACKUP_DIFFERS',
  'BACKUP_FOLDER',
  'WEIGHTS_UNREADABLE',
  'RUN_NO_WEIGHTS',
  'RUN_NOT_ROUTED',
  'PAIR_NOT_FOUND',
  'PROJECTION_TOO_FEW',
  'PROJECTION_SPACES',
  'PROJECTION_NO_VECTORS',
  'RUN_DIVERGED',
  'RUN_MEMORY',
  'RUN_BUSY',
  // model servers and the reasoning stage
  'SERVER_UNREACHABLE',
  'SERVER_TIMEOUT',
  'SERVER_REFUSED',
  'SERVER_BUSY',
  'SERVER_FAILED',
  'SERVER_REQUEST',
  'SERVER_ANSWER',
  'MODEL_ABSENT',
  // encoders in the page
  'ENCODER_ABSENT',
  'ENCODER_FILES',
  'ENCODER_MODEL',
  'ENCODER_OUTPUT',
  'ENCODER_MEMORY',
  'REASONING_UNFINISHED',
  'REASONING_INPUT',
  'REASONING_RUN',
  'REASONING_LEAK',
  'WORKER_FAILED',
  'COMMAND_LINE',
  'UNKNOWN',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const isErrorCode = (value: string): value is ErrorCode => ERROR_CODES.some((code) => code === value);

export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

/** The plain-JSON form of an error: what crosses a thread or is written into a run. */
export interface Fault {
  readonly code: ErrorCode;
  /** What happened, one sentence. */
  readonly message: string;
  /** What to do next, one sentence. */
  readonly hint: string;
  readonly context: ErrorContext;
}

export class AppError extends Error implements Fault {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, hint: string, context: ErrorContext = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.context = context;
  }

  toFault(): Fault {
    return { code: this.code, message: this.message, hint: this.hint, context: this.context };
  }
}

/** Rebuilds the error that a worker reported. */
export function errorFromFault(fault: Fault): AppError {
  return new AppError(fault.code, fault.message, fault.hint, fault.context);
}

/** Any thrown value as a fault. What is not an `AppError` is a defect and is named so. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof AppError) return thrown.toFault();
  if (thrown instanceof DOMException && thrown.name === 'QuotaExceededError') {
    return {
      code: 'STORE_QUOTA',
      message: 'The browser has no storage left for this page.',
      hint: 'Delete datasets or runs you no longer need, or free disk space, then try again.',
      context: {},
    };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'UNKNOWN',
    message: `An unexpected error occurred: ${message}`,
    hint: 'Reload the page. Stored datasets and finished epochs are kept.',
    context: thrown instanceof Error && thrown.stack ? { stack: thrown.stack } : {},
  };
}
