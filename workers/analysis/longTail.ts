import { GROUP_NAMES, popularityGroups, type SettingGroups } from '../../src/domain/longTail';
import type { AnalysisCommand } from '../../src/domain/analysisProtocol';
import type { Database } from '../../src/storage/database';
import { readDataset, readInteractions } from '../../src/storage/datasets';
import { readDetails } from '../../src/storage/runs';

/** The popularity groups of every run whose lists are stored. Throws `DATA_NOT_FOUND` when the dataset no longer is. */
export async function groupRuns(
  database: Database,
  { settings, datasetId, cutoff }: Extract<AnalysisCommand, { type: 'longTail' }>,
): Promise<SettingGroups[]> {
  const { statistics } = await readDataset(database, datasetId);
  const interactions = await readInteractions(database, datasetId);
  const grouped: SettingGroups[] = [];
  for (const { key, runs } of settings) {
    const kept: SettingGroups['runs'][number][] = [];
    for (const { id, seed } of runs) {
      const details = await readDetails(database, id);
      if (!details) continue;
      const lists = { users: details.perUser.users, topItems: details.topItems, width: details.cutoff };
      kept.push({ seed, groups: popularityGroups(interactions, statistics.items, lists, cutoff, GROUP_NAMES.length) });
    }
    grouped.push({ key, runs: kept });
  }
  return grouped;
}
