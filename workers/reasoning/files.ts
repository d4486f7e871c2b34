import { entry } from '../../src/domain/at';
import type { ReasoningFile } from '../../src/domain/reasoning';
import { npyFile } from '../../src/sharing/npy';
import type { Database } from '../../src/storage/database';
import { readEncoded } from './derive';
import { isQuestion, itemText, originOf, textOf, userHistory } from './study';

/** Texts as JSONL, one item or user a line in order of their indices, or vectors as `.npy`. Throws `REASONING_UNFINISHED`. */
export async function makeReasoningFile(database: Database, datasetId: string, what: ReasoningFile): Promise<Blob> {
  const { study, documents, paragraphs, profiles, profileTexts, items, users, columns } = await readEncoded(
    database,
    datasetId,
  );
  const { labels } = study;
  switch (what) {
    case 'itemVectors':
      return npyFile({ values: items, rows: documents.length, columns });
    case 'userVectors':
      return npyFile({ values: users, rows: profileTexts.length, columns });
    case 'itemTexts': {
      const lines: string[] = [];
      for (const [item, source] of paragraphs.entries()) {
        const { title, brand, categories, description } = itemText(study, item);
        const picture = study.inputs.pictures.get(item)?.file ?? null;
        lines.push(
          JSON.stringify({
            item,
            id: labels?.originalItems?.[item] ?? String(item),
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
            id: labels?.originalUsers?.[user] ?? String(user),
            interactions: originOf(source) === 'imported' ? null : 'training',
            history: study.histories[user] ?? [],
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

const jsonLines = (lines: readonly string[]): Blob =>
  new Blob([lines.map((line) => `${line}\n`).join('')], { type: 'application/x-ndjson' });
