import { describe, expect, it } from 'vitest';
import {
  cutHistory,
  filled,
  historyRoom,
  itemDocument,
  NO_TEXT,
  trainingHistories,
  unknownVariables,
} from '../../src/domain/reasoningText';
import { DEFAULT_PROMPTS } from '../../src/domain/reasoning';
import { answerKey } from '../../workers/reasoning/keys';

describe('templates', () => {
  it('fill what they know once and leave the rest', () => {
    expect(filled('{{title}} of {{ dataset }}, {{what}}', { title: '{{dataset}}', dataset: 'Baby' })).toBe(
      '{{dataset}} of Baby, {{what}}',
    );
    expect(unknownVariables('{{title}} {{items}} {{items}} {{x}}', 'describe')).toEqual(['items', 'x']);
    expect(unknownVariables(DEFAULT_PROMPTS.describe, 'describe')).toEqual([]);
    expect(unknownVariables(DEFAULT_PROMPTS.profile, 'profile')).toEqual([]);
  });

  it('describe an item by its text, then by its image', () => {
    expect(
      itemDocument({ title: ' Mug ', brand: '', categories: 'Kitchen', description: 'Holds tea.' }, 'It is blue.\n'),
    ).toBe('Mug\nKitchen\nHolds tea.\nIt is blue.');
    expect(itemDocument(NO_TEXT, ' ')).toBe('');
  });
});

describe('histories', () => {
  const documents = ['', ...Array.from({ length: 9 }, (_, i) => `item ${i + 1}`)];
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it('hold training items alone, the oldest first', () => {
    const interactions = {
      users: Int32Array.of(0, 0, 1, 0, 1),
      items: Int32Array.of(5, 6, 7, 8, 9),
      ratings: null,
      timestamps: Float64Array.of(30, 20, 1, 10, 2),
      split: Uint8Array.of(0, 0, 2, 1, 0),
    };
    expect(trainingHistories(interactions, 3)).toEqual([[6, 5], [9], []]);
    expect(trainingHistories({ ...interactions, timestamps: null }, 3)).toEqual([[5, 6], [9], []]);
  });

  it('stay whole where they fit', () => {
    expect(cutHistory([3, 0, 1], documents, 'recent', 50, 1000)).toEqual({
      items: [3, 1],
      list: '1. item 3\n2. item 1',
      cut: false,
    });
  });

  it('keep the last or evenly spaced items, the first and the last among them', () => {
    expect(cutHistory(all, documents, 'recent', 3, 1000)).toMatchObject({ items: [7, 8, 9], cut: true });
    expect(cutHistory(all, documents, 'spaced', 3, 1000)).toMatchObject({ items: [1, 5, 9], cut: true });
  });

  it('fit the room, and use it', () => {
    // A line has nine characters and nine line ends lie between ten of them.
    for (const rule of ['recent', 'spaced'] as const) {
      const { items, list, cut } = cutHistory(all, documents, rule, 50, 59);
      expect(items).toHaveLength(6);
      expect(list.length).toBe(59);
      expect(cut).toBe(true);
    }
    expect(cutHistory(all, documents, 'recent', 50, 4)).toMatchObject({ items: [9], list: '1. i', cut: true });
    expect(historyRoom('12345', 100, 40)).toBe(175);
  });
});

describe('answer keys', () => {
  it('depend on what is asked and not on the order of names', async () => {
    const key = await answerKey({ model: 'm', options: { seed: 1, temperature: 0 }, prompt: 'p' });
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(await answerKey({ prompt: 'p', options: { temperature: 0, seed: 1 }, model: 'm' })).toBe(key);
    expect(await answerKey({ model: 'm', options: { seed: 2, temperature: 0 }, prompt: 'p' })).not.toBe(key);
  });
});
