/** The order in which the guide is read, and what its pages answer. */
export const GUIDE_ORDER: readonly { readonly id: string; readonly about: string }[] = [
  { id: 'import-data', about: 'bringing in your own data' },
  { id: 'train', about: 'the form, memory, presets, while a run trains' },
  { id: 'read-a-run', about: 'curves, results, findings, projections' },
  { id: 'routing', about: 'where a router sends its pairs' },
  { id: 'compare-and-report', about: 'all runs, tests, tables for a paper' },
  { id: 'sweeps', about: 'ablation sets and sweeps' },
  { id: 'studies', about: 'one list of studies, reports for a colleague or a paper' },
  { id: 'controls', about: 'what a modality is worth' },
  { id: 'papers-tables', about: 'printed tables, run on your data' },
  { id: 'reasoning', about: 'texts and vectors from language models' },
  { id: 'share', about: 'links, files, backups' },
  { id: 'export', about: 'files for other tools' },
  { id: 'storage-and-privacy', about: 'the device, what is stored, what leaves the machine' },
  { id: 'proof', about: 'whether a device computes as it should' },
  { id: 'one-study', about: 'one study from beginning to end' },
];
