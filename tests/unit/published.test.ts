import { describe, expect, it } from 'vitest';
import { publishedDataset, publishedRows } from '../../src/domain/published';
import { PUBLISHED_TABLES } from '../../src/domain/publishedTables';

const baby = { users: 19_445, items: 7_050, interactions: 160_792 };

describe('printed rows', () => {
  it('are found by counts, whatever the dataset is called', () => {
    expect(publishedDataset('my download', baby)).toBe('Baby');
    const rows = publishedRows({ name: 'my download', statistics: baby }, ['LightGCN']);
    expect(rows.map(({ paper, table }) => `${paper} ${table}`)).toEqual([
      'MAGNET 4',
      'EGRA II',
      'MLLMRec 2',
      'SiMGR 2',
    ]);
    expect(rows[1]?.values).toEqual({ 'recall@10': 0.0479, 'recall@20': 0.0754, 'ndcg@10': 0.0257, 'ndcg@20': 0.0328 });
  });

  it('do not stand beside a dataset of the same name with other counts', () => {
    expect(publishedDataset('baby', { ...baby, interactions: 160_000 })).toBeNull();
    expect(publishedRows({ name: 'Baby', statistics: { ...baby, users: 1 } }, ['LightGCN'])).toEqual([]);
  });

  it('are found by name where there are no counts', () => {
    expect(publishedDataset('Amazon_Baby', null)).toBe('Baby');
    expect(publishedDataset('MicroLens', { users: 1, items: 2, interactions: 3 })).toBe('MicroLens');
    expect(publishedDataset('TikTok', null)).toBeNull();
  });

  it('know SiMGR’s smaller Electronics from the whole', () => {
    const counts = { users: 20_247, items: 11_589, interactions: 347_393 };
    expect(publishedRows({ name: 'Electronics', statistics: counts }, ['MF-BPR', 'BPR'])).toMatchObject([
      { paper: 'SiMGR', name: 'MF-BPR' },
    ]);
  });

  it('leave out what the papers leave out', () => {
    const electronics = { users: 192_403, items: 63_001, interactions: 1_689_188 };
    expect(publishedRows({ name: '', statistics: electronics }, ['LATTICE'])).toEqual([]);
  });

  it('have one value per metric', () => {
    for (const { metrics, rows } of PUBLISHED_TABLES)
      for (const row of Object.values(rows)) expect(row).toHaveLength(metrics.length);
  });
});
