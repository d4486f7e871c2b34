import { deviceProof } from '../documents/proof';
import type { DeviceProof } from '../domain/proof';
import type { Database } from './database';

const KEY = 'deviceProof';

/** The last proof of a device of this browser; null where there is none that can be read. */
export async function readDeviceProof(database: Database): Promise<DeviceProof | null> {
  const stored = deviceProof.safeParse(await database.settings.get(KEY));
  return stored.success ? stored.data : null;
}

export const writeDeviceProof = (database: Database, proof: DeviceProof): Promise<void> =>
  database.settings.set(KEY, proof);
