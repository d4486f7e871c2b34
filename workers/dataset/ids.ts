import { entry } from '../../src/domain/at';
import type { Choice, IdReading } from '../../src/domain/reading';
import { amount, count } from '../formats/words';
import type { IdMapping } from './idList';
import type { IdColumn } from './interactions';

/** How the ids of one column became indices. */
export interface Numbering {
  /** Index per row. */
  readonly indices: Int32Array<ArrayBuffer>;
  /** Largest index + 1. */
  readonly size: number;
  /** Original ids by index; null when the ids of the file are the indices and nothing else is known of them. */
  readonly originals: readonly string[] | null;
  /** How it was read; null where the ids are the indices. */
  readonly as: Exclude<IdReading, 'index'> | null;
  /** What an id is more than its index, where ids are numbers that do not start at 0. */
  readonly shift: number;
  /** Code of the first id that cannot be an index though it must be; null when all can. */
  readonly offending: number | null;
}

export interface NumberingInput {
  readonly scope: 'item' | 'user';
  readonly column: IdColumn;
  readonly mapping: IdMapping | null;
  /** Rows of the feature files that count them by index, `[rows, whether row 0 is all zero]`. */
  readonly matrices: readonly { readonly rows: number; readonly firstIsZero: boolean }[];
  /** How many users there are, for items that are numbered on from them; null for users. */
  readonly usersBefore: number | null;
  readonly answer: IdReading | null;
}

const LARGEST_INDEX = 2 ** 31 - 2;

interface Numbers {
  /** Per code; −1 for what is no whole number. */
  readonly of: readonly number[];
  readonly whole: boolean;
  readonly least: number;
  readonly largest: number;
}

function numbersOf({ texts }: IdColumn): Numbers {
  const of = texts.map((text) => (/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : -1));
  const largest = of.reduce((a, b) => Math.max(a, b), -1);
  const least = of.reduce((a, b) => Math.min(a, b), Infinity);
  return { of, largest, least, whole: texts.length > 0 && least >= 0 && largest <= LARGEST_INDEX };
}

/**
 * Whose rows the ids are, where more than one reading fits or the only one is unusual: a question. Null when it is plain, or answered.
 */
export function idQuestion(input: NumberingInput): Choice<IdReading> | null {
  const { scope, column, mapping, matrices, usersBefore } = input;
  if (input.answer !== null) return null;
  const { whole, least, largest } = numbersOf(column);
  if (!whole) return null;
  const shown = `The ${scope} ids run from ${count(least)} to ${count(largest)}`;
  if (mapping) return mappingQuestion(input, shown, largest);
  if (matrices.length === 0) return null;
  const rows = Math.min(...matrices.map((matrix) => matrix.rows));
  const index = { value: 'index', label: `${scope} i has row i; row 0 belongs to nobody here` } as const;
  if (least === 1 && largest <= rows) {
    // A first row of zeros is what stands for padding.
    if (largest < rows && matrices.every(({ firstIsZero }) => firstIsZero)) return null;
    return {
      question: `${shown}, and the features have rows 0–${count(rows - 1)}. Do the ids start at 1?`,
      answers: [
        { value: 'from1', label: `Yes: ${scope} 1 has row 0` },
        ...(largest < rows ? [{ ...index, label: `No: ${index.label}` }] : []),
      ],
      suggested: 'from1',
    };
  }
  if (usersBefore !== null && least > 0 && least === usersBefore && largest - least < rows) {
    return {
      question: `${shown}, and there are ${amount(usersBefore, 'user')}. Are items numbered on from the users?`,
      answers: [
        { value: 'offset', label: `Yes: ${scope} ${count(least)} has row 0` },
        ...(largest < rows ? [{ ...index, label: `No: ${index.label}` }] : []),
      ],
      suggested: 'offset',
    };
  }
  return null;
}

function mappingQuestion(
  { scope, column, mapping }: NumberingInput,
  shown: string,
  largest: number,
): Choice<IdReading> | null {
  if (!mapping) return null;
  const size = mapping.originals.length;
  const known = new Set(mapping.originals);
  const areIndices = largest < size;
  const areOriginals = column.texts.every((text) => known.has(text));
  if (!areIndices || !areOriginals) return null;
  const identity = column.texts.every((text) => mapping.originals[Number(text)] === text);
  if (identity) return null;
  return {
    question: `${shown}, and ${mapping.file} has them among its original ids as well as among its indices. Which are they?`,
    answers: [
      { value: 'index', label: `Indices: ${scope} i has row i` },
      { value: 'original', label: `Original ids: looked up in ${mapping.file}` },
    ],
    suggested: 'index',
  };
}

/**
 * Indices for the ids of a column. In this order: what was answered; numbers below the size of the mapping are indices; ids that the
 * mapping has are looked up; whole numbers are indices where a matrix counts its rows by them, or where they are exactly 0…n−1; everything
 * else is numbered by first appearance.
 */
export function numberIds(input: NumberingInput): Numbering {
  const { column, mapping, matrices, answer } = input;
  const numbers = numbersOf(column);
  const { whole, least, largest } = numbers;
  if (answer === 'from1' || answer === 'offset')
    return shifted(column, numbers, answer === 'from1' ? 1 : least, answer);
  if (answer === 'names') return byAppearance(column);
  if (mapping && answer !== 'index') {
    if (whole && largest < mapping.originals.length && answer !== 'original')
      return asIndices(column, numbers, mapping.originals);
    return lookedUp(column, mapping);
  }
  if (mapping && whole) return asIndices(column, numbers, mapping.originals);
  const dense = whole && least === 0 && largest + 1 === column.texts.length;
  if (dense || matrices.length > 0 || answer === 'index') return asIndices(column, numbers, null);
  return byAppearance(column);
}

function asIndices(column: IdColumn, { of, largest }: Numbers, originals: readonly string[] | null): Numbering {
  const offending = of.findIndex((value) => value < 0 || value > LARGEST_INDEX);
  return {
    indices: column.codes.map((code) => entry(of, code)),
    size: largest + 1,
    originals,
    shift: 0,
    as: null,
    offending: offending < 0 ? null : offending,
  };
}

function shifted(column: IdColumn, { of, largest }: Numbers, by: number, as: 'from1' | 'offset'): Numbering {
  const offending = of.findIndex((value) => value < by);
  const size = Math.max(0, largest + 1 - by);
  return {
    indices: column.codes.map((code) => entry(of, code) - by),
    size,
    originals: Array.from({ length: size }, (_, index) => String(index + by)),
    shift: by,
    as,
    offending: offending < 0 ? null : offending,
  };
}

function lookedUp(column: IdColumn, mapping: IdMapping): Numbering {
  const known = new Map(mapping.originals.map((text, index) => [text, index]));
  const mapped = column.texts.map((text) => known.get(text) ?? -1);
  const unknown = mapped.indexOf(-1);
  return {
    indices: column.codes.map((code) => entry(mapped, code)),
    size: mapping.originals.length,
    originals: mapping.originals,
    shift: 0,
    as: 'original',
    offending: unknown < 0 ? null : unknown,
  };
}

const byAppearance = (column: IdColumn): Numbering => ({
  indices: column.codes,
  size: column.texts.length,
  originals: column.texts,
  shift: 0,
  as: 'names',
  offending: null,
});
