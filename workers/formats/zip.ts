import { foreignError, workbookOf } from './foreign';
import type { Format } from './format';
import { npzArrays } from './npz';
import { spool } from './source';
import { openTorchZip, torchRecord } from './torchZip';
import { readDirectory } from './zipDirectory';
import { entrySource } from './zipEntry';

/** `.zip` and what is packed like it, `.npz` and PyTorch's files: entries stored or deflated, also beyond 4 GiB. */
export const zip: Format = {
  name: 'zip',
  match: (head) =>
    head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6)),
  open: async (source, watch) => {
    const blob = await spool(source, { signal: watch.signal });
    const entries = await readDirectory(source.path, blob, watch);
    const record = torchRecord(entries);
    if (record) return openTorchZip(source, blob, entries, record, watch);
    const workbook = workbookOf(entries.map(({ name }) => name));
    if (workbook) throw foreignError(source.path, workbook);
    const sources = entries.map((entry) => entrySource(source, blob, entry));
    const arrays = await npzArrays(source, sources, watch);
    return arrays ?? { kind: 'archive', entries: sources };
  },
};
