/** The sharing worker: makes files of what is stored, and stores what files hold. */
import { AppError, faultOf } from '../src/domain/errors';
import type { SharingCommand, SharingEvent } from '../src/domain/protocol';
import { newId } from '../src/domain/ids';
import { browserDatabase } from '../src/storage/database';
import { datasetArchive } from '../src/sharing/datasetArchive';
import { decodeStudy } from '../src/sharing/link';
import { decodeProof, decodeProofFile } from '../src/sharing/proofFile';
import { makeBackup } from './sharing/backup';
import { pickedFolder } from './sharing/folder';
import { backUpToFolder } from './sharing/folderBackup';
import { exportStudy, exportWeights } from './sharing/exportRuns';
import { exportRaw } from './sharing/rawFile';
import { importFiles } from './sharing/importFiles';

const database = browserDatabase();
const send = (event: SharingEvent): void => self.postMessage(event);
const phase = (text: string, fraction: number | null): void => send({ type: 'phase', text, fraction });

/** One tab at a time: two would not know of each other's files. */
async function backUp({ weights, folder }: Extract<SharingCommand, { type: 'backup' }>): Promise<SharingEvent> {
  if (!folder) return { type: 'backedUp', ...(await makeBackup(database, weights, new Date(), phase)) };
  const { handle, clear } = folder;
  const report = await navigator.locks.request('lodestone.backup', { ifAvailable: true }, (lock) => {
    if (lock) return backUpToFolder(database, pickedFolder(handle), { weights, clear }, new Date(), phase);
    throw new AppError('BACKUP_FOLDER', 'Another tab is backing up.', 'Wait until it has finished.');
  });
  return { type: 'backedUp', file: null, report };
}

async function answer(command: SharingCommand): Promise<SharingEvent> {
  switch (command.type) {
    case 'study':
      return { type: 'made', file: await exportStudy(database, command.runIds, new Date()) };
    case 'weights':
      return { type: 'made', file: await exportWeights(database, command.runId) };
    case 'dataset':
      return { type: 'made', file: await datasetArchive(database, command.datasetId, phase) };
    case 'backup':
      return backUp(command);
    case 'raw':
      return { type: 'made', file: await exportRaw(database, command.of, command.id, new Date()) };
    case 'import':
      return { type: 'imported', report: await importFiles(database, command.files, newId, new Date(), phase) };
    case 'link':
      return { type: 'linked', study: await decodeStudy(command.text) };
    case 'proof': {
      const { from } = command;
      return { type: 'proof', proof: await (typeof from === 'string' ? decodeProof(from) : decodeProofFile(from)) };
    }
  }
}

self.onmessage = ({ data }: MessageEvent<SharingCommand>): void => {
  answer(data).then(send, (error: unknown) => send({ type: 'fault', fault: faultOf(error) }));
};
