import type { Problem } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { baseName } from '../formats/source';
import { amount, count } from '../formats/words';
import type { StoredFeature } from './features';
import type { Findings } from './findings';
import type { Places } from './places';

/** What is said of a feature matrix once its rows have passed. */
export function checkFeature({ info, observer }: StoredFeature, findings: Findings): void {
  const { statistics, scope } = info;
  const file = info.file.endsWith('/*') ? info.file.split('/').slice(-2).join('/') : baseName(info.file);
  if (statistics.nonFinite > 0) {
    findings.error('DATA_NOT_FINITE', {
      rule: 'not-finite',
      file: info.file,
      row: observer.firstNotFinite,
      message: `Row ${count(observer.firstNotFinite ?? 0)} of ${file} has NaN or infinite values; there are ${count(statistics.nonFinite)} in all.`,
      hint: 'Replace them, e.g. with numpy.nan_to_num, or find out why the encoder failed on these inputs.',
    });
  }
  if (statistics.zeroRows > 0) {
    findings.warning({
      rule: 'zero-rows',
      file: info.file,
      row: observer.firstZero,
      message: `${amount(statistics.zeroRows, 'row')} of ${file} ${statistics.zeroRows === 1 ? 'is' : 'are'} all zero, row ${count(observer.firstZero ?? 0)} first.`,
      hint: `These ${scope}s probably had no input. Their similarity to every other ${scope} counts as 0.`,
    });
  }
  if (statistics.duplicateRows > 0) {
    findings.note({
      rule: 'duplicate-rows',
      file: info.file,
      row: observer.firstDuplicate,
      message: `${amount(statistics.duplicateRows, 'row')} of ${file} ${statistics.duplicateRows === 1 ? 'equals' : 'equal'} an earlier one, row ${count(observer.firstDuplicate ?? 0)} first.`,
      hint: 'Common when items share a placeholder picture or text.',
    });
  }
  if (scope === 'user') {
    findings.note(unknownProfiles(info.file));
  }
}

/** The note on profiles from elsewhere: nobody can know what they were made from. */
export const unknownProfiles = (file: string): Omit<Problem, 'severity'> => ({
  rule: 'user-file-provenance',
  file,
  row: null,
  message: `Whether ${baseName(file)} was made from training interactions only cannot be checked.`,
  hint: 'Profiles made from all interactions contain the answers of the test; runs that use the file say so.',
});

function howToFill(label: number, name: string, places: Places, given: Uint8Array | null): string {
  if (!given) return 'There are too few interactions for this split rule. Choose another rule or add interactions.';
  if (given.includes(label))
    return 'Each of its rows repeats a pair of another split, or was filtered. Keep every pair in one split only, or filter less.';
  return places.count > 1
    ? `Add a file of ${name} rows, or drop one table to have a split drawn.`
    : `Mark rows with ${label} in the split column, or remove the column to have a split drawn.`;
}

/** Users and items that training never sees, and splits without rows. `given`: the splits of all rows as the files have them, null when they were drawn. */
export function checkSplit(
  places: Places,
  interactions: Interactions,
  lines: Int32Array,
  cold: { readonly users: number; readonly items: number },
  given: Uint8Array | null,
  findings: Findings,
): void {
  for (const [label, name] of ['training', 'validation', 'test'].entries()) {
    if (interactions.split.includes(label)) continue;
    findings.error('DATA_EMPTY_SPLIT', {
      rule: 'empty-split',
      file: places.path,
      row: null,
      message: `The ${name} split of ${places.name} is empty.`,
      hint: howToFill(label, name, places, given),
    });
  }
  unscored(places, interactions, given !== null, findings);
  for (const [who, number] of [
    ['users', cold.users],
    ['items', cold.items],
  ] as const) {
    if (number === 0) continue;
    const column = interactions[who];
    const trained = new Set(column.filter((_, row) => interactions.split[row] === 0));
    const at = column.findIndex((index) => !trained.has(index));
    const place = places.place(lines[at] ?? 0);
    findings.warning({
      rule: who === 'users' ? 'cold-users' : 'cold-items',
      file: place.path,
      row: at < 0 ? null : place.line,
      message: `${amount(number, who.slice(0, -1))} ${number === 1 ? 'has' : 'have'} no training interaction.`,
      hint:
        who === 'users'
          ? 'They are not scored: the metrics leave out their validation and test interactions.'
          : 'They remain candidates, but models that learn from interactions only cannot rank them.',
    });
  }
}

/** A split none of whose users is in training has nothing to score: its ids are probably of another kind. */
function unscored(places: Places, { users, split }: Interactions, isGiven: boolean, findings: Findings): void {
  const trained = new Set(users.filter((_, row) => split[row] === 0));
  if (trained.size === 0) return;
  for (const [label, name] of [
    [1, 'validation'],
    [2, 'test'],
  ] as const) {
    const held = users.filter((_, row) => split[row] === label);
    if (held.length === 0 || held.some((user) => trained.has(user))) continue;
    findings.error('DATA_EMPTY_SPLIT', {
      rule: 'empty-split',
      file: places.path,
      row: null,
      message: `No user of the ${name} split has a training interaction, so that nobody could be scored.`,
      hint: isGiven
        ? 'Check that the ids of all splits are of the same kind. Models here rank for users that they have trained on.'
        : 'Choose a rule that splits the interactions of each user, or add interactions.',
    });
  }
}

/** A user with every item among the training interactions leaves nothing to draw as a negative. */
export function checkAllItems(
  places: Places,
  { users, split }: Interactions,
  lines: Int32Array,
  sizes: { readonly users: number; readonly items: number },
  findings: Findings,
): void {
  const trained = new Int32Array(sizes.users);
  users.forEach((user, row) => {
    if (split[row] === 0) trained[user] = (trained[user] ?? 0) + 1;
  });
  const full = trained.reduce((sum, number) => sum + (number >= sizes.items ? 1 : 0), 0);
  if (full === 0) return;
  const place = places.place(lines[users.indexOf(trained.findIndex((number) => number >= sizes.items))] ?? 0);
  findings.warning({
    rule: 'all-items',
    file: place.path,
    row: place.line,
    message: `${amount(full, 'user')} ${full === 1 ? 'has' : 'have'} every item in training, row ${count(place.line)} of ${place.file} first.`,
    hint: 'Models that draw negatives refuse such a user. Remove the user, or use a model without negatives.',
  });
}
