/** The part of the guide about a page of the app: a page of the guide, and where in it. */
const PLACES: readonly (readonly [page: RegExp, help: string])[] = [
  [/^\/data\/[^/]+\/reasoning/, 'reasoning'],
  [/^\/data/, 'import-data'],
  [/^\/experiment/, 'train?at=the-form'],
  [/^\/runs\/.*[?&]view=routing/, 'routing'],
  [/^\/runs\/.*[?&]view=findings/, 'read-a-run?at=findings'],
  [/^\/runs\/.*[?&]view=projection/, 'read-a-run?at=projection'],
  [/^\/runs\/.*[?&]view=result/, 'read-a-run?at=the-result'],
  [/^\/runs\/./, 'read-a-run'],
  [/^\/runs/, 'compare-and-report?at=all-runs'],
  [/^\/compare.*[?&]view=gains/, 'compare-and-report?at=gains'],
  [/^\/compare.*[?&]view=longTail/, 'compare-and-report?at=long-tail'],
  [/^\/compare.*[?&]view=efficiency/, 'compare-and-report?at=efficiency'],
  [/^\/compare/, 'compare-and-report?at=compare'],
  [/^\/(sweeps|groups)/, 'sweeps'],
  [/^\/reports/, 'studies?at=reports'],
  [/^\/studies/, 'studies'],
  [/^\/tables/, 'papers-tables'],
  [/^\/shared\/device/, 'proof'],
  [/^\/shared/, 'share'],
  [/^\/device/, 'storage-and-privacy?at=the-device'],
];

/** The address of the help about what is shown, from its path and its search. */
export function helpFor(path: string): string {
  const found = PLACES.find(([page]) => page.test(path));
  return found ? `/help/${found[1]}` : '/help';
}
