import { at, entry } from '../../src/domain/at';
import type { Choice, DatasetReading, IdReading } from '../../src/domain/reading';
import { count } from '../formats/words';
import { alike, SPELL_ALIKE } from './alike';
import type { Findings } from './findings';
import { idQuestion, numberIds, type Numbering, type NumberingInput } from './ids';
import type { RawParts } from './parts';
import type { FeatureFile } from './sizes';

/** How the ids of both sides are to be numbered, as far as it is known before anything is. */
function numberingInput(
  scope: 'item' | 'user',
  raw: RawParts,
  answers: DatasetReading,
  firstIsZero: (feature: FeatureFile) => boolean,
): NumberingInput {
  const { interactions, features } = raw;
  const indexed = features.filter((feature) => feature.scope === scope && feature.rowIds === null);
  return {
    scope,
    column: scope === 'item' ? interactions.items : interactions.users,
    mapping: scope === 'item' ? raw.itemMapping : raw.userMapping,
    matrices: indexed.map((feature) => ({ rows: feature.matrix.rows, firstIsZero: firstIsZero(feature) })),
    usersBefore: scope === 'item' ? interactions.users.texts.length : null,
    answer: answers.ids?.[scope] ?? null,
  };
}

/** What must be asked about the ids and the split before the dataset can be prepared. */
export function questionsOf(
  raw: RawParts,
  answers: DatasetReading,
  firstIsZero: (feature: FeatureFile) => boolean,
): {
  readonly user: Choice<IdReading> | null;
  readonly item: Choice<IdReading> | null;
  readonly validation: Choice<'draw'> | null;
} {
  const { labels, places } = raw.interactions;
  const asked = labels !== null && !labels.includes(1) && labels.includes(0) && labels.includes(2);
  // Files named train and test, and none named valid, say by themselves that there is none.
  const byFiles = asked && places.count > 1;
  return {
    user: idQuestion(numberingInput('user', raw, answers, firstIsZero)),
    item: idQuestion(numberingInput('item', raw, answers, firstIsZero)),
    validation:
      asked && !byFiles && answers.validation === undefined
        ? {
            question: `The split of ${places.name} has training and test rows, but no validation rows. Draw a validation split from training?`,
            answers: [{ value: 'draw', label: 'Yes: a tenth of the training rows of each user with three or more' }],
            suggested: 'draw',
          }
        : null,
  };
}

/** The indices of one side's ids, with what is said of them; null when an id has no row. */
export function numbered(
  scope: 'item' | 'user',
  raw: RawParts,
  answers: DatasetReading,
  findings: Findings,
): Numbering | null {
  const { interactions: table } = raw;
  const { places } = table;
  const input = numberingInput(scope, raw, answers, () => false);
  const { column, mapping } = input;
  const numbering = numberIds(input);
  if (numbering.offending !== null) {
    const place = places.place(at(table.lines, column.codes.indexOf(numbering.offending)));
    const text = entry(column.texts, numbering.offending).slice(0, 40);
    const other = mapping ? alike(text, mapping.originals) : null;
    findings.error('DATA_ID_RANGE', {
      rule: 'id-range',
      file: place.path,
      row: place.line,
      message: mapping
        ? `Row ${count(place.line)} of ${place.file} has the ${scope} ${text}, which ${mapping.file} does not list.`
        : `Row ${count(place.line)} of ${place.file} has the ${scope} ${text}, which has no row in the feature files.`,
      hint: mapping
        ? other !== null
          ? `It lists “${other.slice(0, 40)}”. ${SPELL_ALIKE}`
          : 'Check that the mapping belongs to this interaction file.'
        : `Add ${scope === 'item' ? 'i' : 'u'}_id_mapping.csv with the columns original id and index.`,
    });
    return null;
  }
  const how = numberingWords(input, numbering);
  if (how !== null) {
    findings.note({
      rule: 'remapped-ids',
      file: raw.path,
      row: null,
      message: `The ${scope} ids of ${places.name} ${how}.`,
      hint: 'The original ids are kept, shown and exported.',
    });
  }
  return numbering;
}

function numberingWords({ mapping }: NumberingInput, { as, size, originals }: Numbering): string | null {
  switch (as) {
    case null:
      return null;
    case 'original':
      return `were looked up in ${mapping?.file ?? ''}`;
    case 'names':
      return `were numbered 0–${count(size - 1)} by first appearance`;
    case 'from1':
    case 'offset':
      return `start at ${originals?.[0] ?? ''}, which has row 0`;
  }
}

/** Original ids by final index; null when the ids of the file are the indices. */
export function originals(numbering: Numbering, size: number, kept: Int32Array | null): string[] | null {
  if (!numbering.originals && !kept) return null;
  const indices = kept ?? Int32Array.from({ length: size }, (_, index) => index);
  return Array.from(indices, (index) => numbering.originals?.[index] ?? String(index + numbering.shift));
}
