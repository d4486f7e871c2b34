import { expect, it } from 'vitest';
import { MODEL_TABLES } from '../../src/domain/models/catalogue';
import type { ModelTable } from '../../src/domain/models/table';

function reads({ minModalities, readsVectors, readsTexts, options }: ModelTable): string {
  const parts = ['interactions'];
  if (minModalities > 0) parts.push('item features');
  if (readsVectors) parts.push('encoded texts');
  if (readsTexts) parts.push('profiles, attributes and pairs by a language model');
  if (options.some(({ key }) => key.startsWith('threshold'))) parts.push('ratings');
  return parts.join(', ');
}

it('docs/model-table.md lists every model as its table says', async () => {
  const rows = MODEL_TABLES.map((table) => {
    const { id, name, citation, mmrec, summary } = table;
    const source = citation.url
      ? `[${citation.venue}, ${citation.year}](${citation.url})`
      : `${citation.venue}, ${citation.year}`;
    return `| ${name} | \`${id}\` | ${source} | ${reads(table)} | ${mmrec?.name ?? '–'} | ${summary} |`;
  });
  const text = [
    '# The list of models',
    '',
    'Written by `tests/unit/modelTable.test.ts` from the models’ tables; `npx vitest run --project node tests/unit/modelTable.test.ts -u` writes it anew.',
    '[The models](models.md) says more about each.',
    '',
    '| model | `--model` | published | reads | in MMRec | idea |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/model-table.md');
});
