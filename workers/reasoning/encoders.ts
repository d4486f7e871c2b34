import type { EncoderChoice, EncoderInfo } from '../../src/domain/encoder';
import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import type { Database } from '../../src/storage/database';
import { readEncoderFiles, readEncoderInfo, writeEncoder } from '../../src/storage/encoders';
import { gatherEncoder } from './encoderFiles';
import { fetchEncoder } from './encoderHub';
import type { PageEncoder } from './pageEncoder';
import type { ModelServer } from './connection';

// The library behind it is loaded when texts are there to encode.
const openPageEncoder = async (
  ...args: Parameters<(typeof import('./pageEncoder'))['openEncoder']>
): Promise<PageEncoder> => (await import('./pageEncoder')).openEncoder(...args);

/** Checks an encoder's files, lets it encode a text, and stores it. Throws `ENCODER_…`; then nothing is stored. */
export async function storeEncoder(
  database: Database,
  from: readonly NamedFile[] | { readonly hub: string },
  phase: (text: string, fraction: number | null) => void,
  blocked: (url: string) => boolean,
): Promise<EncoderInfo> {
  const files = 'hub' in from ? await fetchEncoder(from.hub, phase, blocked) : from;
  phase('reading the files', null);
  const gathered = await gatherEncoder(files);
  phase('trying it', null);
  // On the CPU, where all of them run.
  const encoder = await openPageEncoder(gathered.files, gathered.longest, 'wasm');
  await encoder.end();
  phase('storing it', null);
  const bytes = Object.values(gathered.files).reduce((sum, { size }) => sum + size, 0);
  const info: EncoderInfo = {
    id: gathered.id,
    name: 'hub' in from ? from.hub : gathered.name,
    bytes,
    width: encoder.width,
    longest: gathered.longest,
  };
  await writeEncoder(database, info, gathered.files);
  return info;
}

/** A server whose texts are encoded by whom the settings name. The page's encoder is opened for the first text. */
export function withEncoder(database: Database, server: ModelServer, choice: EncoderChoice): ModelServer {
  if (choice.kind === 'server') return server;
  let opened: Promise<PageEncoder> | null = null;
  return { ...server, embed: async (_, texts) => (await (opened ??= openStored(database, choice))).encode(texts) };
}

async function openStored(
  database: Database,
  { id, device }: Extract<EncoderChoice, { kind: 'page' }>,
): Promise<PageEncoder> {
  const info = id === null ? null : await readEncoderInfo(database, id);
  const files = info && (await readEncoderFiles(database, info.id));
  if (!files)
    throw new AppError(
      'ENCODER_ABSENT',
      'The encoder chosen for this page is not stored in this browser.',
      'Drop its folder on the Reasoning page, or let the model server encode.',
    );
  return openPageEncoder(files, info.longest, device);
}
