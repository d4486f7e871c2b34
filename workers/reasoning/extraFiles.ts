import { PAIRS_KEY } from '../../src/domain/dataset';
import { idOf } from '../../src/domain/entityNames';
import { AppError } from '../../src/domain/errors';
import type { ReasoningFile } from '../../src/domain/reasoning';
import { attributeFile } from './attributes';
import { candidatesOf, choiceLines, pairRows } from './choices';
import { attributeVectors, type EncodedAttributes, type EncodedStudy, type MadeChoices } from './encoded';
import { jsonLines, matrixArchive } from './madeFiles';

type ExtraFile = Extract<ReasoningFile, 'itemAttributes' | 'attributeVectors' | 'userChoices' | 'userPairs'>;

/** Attributes and choices as JSONL, one item or user a line, or as matrices in a zip. Throws `REASONING_INPUT` where they are not asked for. */
export function extraFile(encoded: EncodedStudy, what: ExtraFile): Promise<Blob> | Blob {
  const { study, attributes, choices } = encoded;
  const { users } = study.dataset.statistics;
  if (what === 'itemAttributes' && attributes) return attributeLines(encoded, attributes);
  if (what === 'attributeVectors' && attributes) return attributeArchive(encoded, attributes);
  if (what === 'userChoices' && choices) return choiceLinesFile(encoded, choices);
  if (what === 'userPairs' && choices)
    return matrixArchive(study, 'user', [
      { name: `${PAIRS_KEY}_feat.npy`, vectors: { values: pairRows(choices.choices), rows: users, columns: 2 } },
    ]);
  throw new AppError(
    'REASONING_INPUT',
    'These texts are not asked for.',
    'Choose them on the Reasoning page and let the pipeline finish.',
  );
}

function attributeLines({ study }: EncodedStudy, { fields, answered, texts }: EncodedAttributes): Blob {
  return jsonLines(
    answered.map((one, item) =>
      JSON.stringify({
        item,
        id: idOf(study.labels, 'item', item),
        state: one.state,
        model: one.state === 'parsed' ? one.model : null,
        attributes: fields.map(({ name, origin }, place) => ({
          name,
          origin,
          text: texts[item * fields.length + place] ?? '',
        })),
      }),
    ),
  );
}

async function attributeArchive(encoded: EncodedStudy, attributes: EncodedAttributes): Promise<Blob> {
  const { study, columns } = encoded;
  const matrices = await Promise.all(
    attributes.fields.map(async (_, place) => ({
      name: attributeFile(place),
      vectors: {
        values: await attributeVectors(encoded, attributes, place),
        rows: study.dataset.statistics.items,
        columns,
      },
    })),
  );
  return matrixArchive(study, 'item', matrices);
}

function choiceLinesFile({ study, documents }: EncodedStudy, { candidates, choices }: MadeChoices): Blob {
  const lines = choiceLines(study, documents);
  const id = (item: number): string => idOf(study.labels, 'item', item);
  return jsonLines(
    choices.map((choice, user) => {
      const named = candidatesOf(candidates, lines, user);
      const pair = choice.state === 'parsed' ? choice.value : null;
      return JSON.stringify({
        user,
        id: idOf(study.labels, 'user', user),
        interactions: 'training',
        run: candidates.run,
        masked: candidates.masked,
        candidates: named,
        candidateIds: named.map(id),
        state: choice.state,
        model: choice.state === 'parsed' ? choice.model : null,
        preferred: pair && pair.preferred,
        refused: pair && pair.refused,
        preferredId: pair && id(pair.preferred),
        refusedId: pair && id(pair.refused),
      });
    }),
  );
}
