import { saveBlob } from '../../charts/download';
import { useBackup } from '../../state/backup';

/** Makes an archive and hands it to the browser as a download. */
export async function saveArchive(weights: boolean): Promise<void> {
  const file = await useBackup.getState().archive(weights);
  if (file) saveBlob(`lodestone-${new Date().toISOString().slice(0, 10)}.lodestone.zip`, file);
}

/** Backs up as it was done last: into the folder that was chosen, else as an archive. Call while a click is handled. */
export async function backUpNow(): Promise<void> {
  await useBackup.getState().load();
  const { folder, toFolder } = useBackup.getState();
  await (folder ? toFolder(true) : saveArchive(true));
}
