import { expect, it } from 'vitest';
import { required } from '../../src/domain/at';
import { completeConfig, MODEL_TABLES, odditiesOf } from '../../src/domain/models/catalogue';
import { optionProblem } from '../../src/domain/models/config';
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
    '## Odd',
    '',
    'What a reader of their numbers should know. A run’s *Findings* show those that are true of its settings.',
    '',
    ...MODEL_TABLES.flatMap(({ name, oddities = [] }) => oddities.map(({ text }) => `- **${name}**: ${text}`)),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/model-table.md');
});

it('what is odd names options, their values and observations that there are', () => {
  for (const { id, options, oddities = [], observations = [] } of MODEL_TABLES) {
    for (const { when, seen } of oddities) {
      if (seen)
        expect(
          observations.map(({ key }) => key),
          id,
        ).toContain(seen);
      if (!when) continue;
      const option = options.find(({ key }) => key === when.key);
      expect(option, `${id}: ${when.key}`).toBeDefined();
      const values = 'values' in when ? when.values : when.except;
      for (const value of values) expect(optionProblem(required(option), value), `${id}: ${when.key}`).toBeNull();
    }
  }
});

it('what is odd is told of the settings that it is true of', () => {
  const texts = (userCue: string): string[] =>
    odditiesOf('magnet', completeConfig('magnet', { userCue })).map(({ text, seen }) => `${text.slice(0, 11)} ${seen}`);
  expect(texts('history')).toEqual(['As printed, null', 'A new route Normalised entropy of the mean routing']);
  expect(texts('leaveOneOut')).toHaveLength(1);
});
