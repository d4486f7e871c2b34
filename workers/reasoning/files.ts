import { entry } from '../../src/domain/at';
import { idOf, type Scope } from '../../src/domain/entityNames';
import type { ReasoningFile } from '../../src/domain/reasoning';
import type { Rows } from '../../src/domain/vectors';
import type { Database } from '../../src/storage/database';
import { readEncoded } from './encoded';
import { extraFile } from './extraFiles';
import { jsonLines, matrixArchive } from './madeFiles';
import { isQuestion, itemText, originOf, textOf, userHistory, type ReasoningStudy } from './study';

/**
 * Texts as JSONL, one item or user a line in order of their indices, or a zip of vectors as `.npy` and what its rows mean. Throws `REASONING_UNFINISHED`. */
export async function makeReasoningFile(database: Database, datasetId: string, what: ReasoningFile): Promise<Blob> {
  const encoded = await readEncoded(database, datasetId);
  const { study, documents, paragraphs, profiles, profileTexts, items, users, columns } = encoded;
  const { labels } = study;
  switch (what) {
    case 'itemAttributes':
    case 'attributeVectors':
    case 'userChoices':
    case 'userPairs':
      return extraFile(encoded, what);
    case 'itemVectors':
      return vectorFiles(study, 'item', { values: items, rows: documents.length, columns });
    case 'userVectors':
      return vectorFiles(study, 'user', { values: users, rows: profileTexts.length, columns });
    case 'itemTexts': {
      const lines: string[] = [];
      for (const [item, source] of paragraphs.entries()) {
        const { title, brand, categories, description } = itemText(study, item);
        const picture = study.inputs.pictures.get(item)?.file ?? null;
        lines.push(
          JSON.stringify({
            item,
            id: idOf(labels, 'item', item),
            title,
            brand,
            categories,
            description,
            picture,
            origin: originOf(source),
            model: isQuestion(source) ? source.model : null,
            paragraph: await textOf(study, source),
            text: entry(documents, item),
          }),
        );
      }
      return jsonLines(lines);
    }
    case 'userTexts':
      return jsonLines(
        profiles.map((source, user) => {
          const { items: read, cut } = userHistory(study, documents, user);
          return JSON.stringify({
            user,
            id: idOf(labels, 'user', user),
            interactions: originOf(source) === 'imported' ? null : 'training',
            history: study.histories[user] ?? [],
            historyIds: (study.histories[user] ?? []).map((item) => idOf(labels, 'item', item)),
            read,
            cut,
            origin: originOf(source),
            model: isQuestion(source) ? source.model : null,
            text: entry(profileTexts, user),
          });
        }),
      );
  }
}

const VECTORS = { item: 'image_text_feat.npy', user: 'user_preferences_feat.npy' } as const;

const vectorFiles = (study: ReasoningStudy, scope: Scope, vectors: Rows): Promise<Blob> =>
  matrixArchive(study, scope, [{ name: VECTORS[scope], vectors }]);
