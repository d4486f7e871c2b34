/** The archive worker: packs one stored dataset, off the page's thread, and is ended. */
import { faultOf } from '../src/domain/errors';
import type { ArchiveCommand, ArchiveEvent } from '../src/domain/protocol';
import { datasetArchive } from '../src/sharing/datasetArchive';
import { browserDatabase } from '../src/storage/database';

const send = (event: ArchiveEvent): void => self.postMessage(event);

self.onmessage = ({ data }: MessageEvent<ArchiveCommand>) => {
  datasetArchive(browserDatabase(), data.datasetId, (text, fraction) => send({ type: 'phase', text, fraction })).then(
    (archive) => send({ type: 'packed', ...archive }),
    (error: unknown) => send({ type: 'fault', fault: faultOf(error) }),
  );
};
