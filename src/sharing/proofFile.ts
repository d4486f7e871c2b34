import { deviceProof } from '../documents/proof';
import { AppError } from '../domain/errors';
import type { DeviceProof } from '../domain/proof';
import { parseJson } from './deflate';
import { decodeLink, encodeLink } from './link';

/** A device's proof as a link and as a file. */

export const PROOF_ENDING = '.device.json';
const FORM = 1;
const MOST_BYTES = 2 ** 20;
/** Significant digits of an error or a time in a link. */
const DIGITS = 3;
/** What a device complains of can be long. */
const MOST_WORDS = 300;

/** `p=1.<payload>`, to stand after `#`. */
export const encodeProof = (proof: DeviceProof): Promise<string> => encodeLink('p', rounded(shortened(proof)));

/** Reads what `encodeProof` made. Throws `LINK_TRUNCATED`, `LINK_VERSION`, `LINK_TOO_LARGE` or `LINK_INVALID`. */
export async function decodeProof(text: string): Promise<DeviceProof> {
  const found = deviceProof.safeParse(await decodeLink('p', text));
  if (found.success) return found.data;
  throw new AppError(
    'LINK_INVALID',
    `The link cannot be read: ${found.error.issues[0]?.path.map(String).join('.') || 'its content'} is invalid.`,
    'It may come from a newer version of Lodestone, or it was changed on the way. Reload the page, or ask for a new link.',
  );
}

/** JSON that `decodeProofFile` reads. */
export const encodeProofFile = (proof: DeviceProof): string =>
  `${JSON.stringify({ lodestone: 'device proof', form: FORM, proof: shortened(proof) }, null, 1)}\n`;

/** Throws `PROOF_UNREADABLE`. */
export async function decodeProofFile(file: Blob): Promise<DeviceProof> {
  if (file.size > MOST_BYTES) throw unreadable('it is too large');
  const value = parseJson(await file.text(), () => unreadable('it is not JSON'));
  const proof = typeof value === 'object' && value !== null && 'proof' in value ? value.proof : undefined;
  const found = deviceProof.safeParse(proof);
  if (found.success) return found.data;
  throw unreadable(
    proof === undefined ? 'it holds no proof' : `${found.error.issues[0]?.path.map(String).join('.')} is invalid`,
  );
}

const unreadable = (why: string): AppError =>
  new AppError(
    'PROOF_UNREADABLE',
    `This is not the proof of a device: ${why}.`,
    'Choose a file that “Save as file” on a Device page made. A newer version’s file needs that version of the page.',
  );

const cut = (text: string): string => (text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS - 1)}…` : text);

function shortened(proof: DeviceProof): DeviceProof {
  const short = <T extends { readonly failure: string | null }>(one: T): T => ({
    ...one,
    failure: one.failure === null ? null : cut(one.failure),
  });
  const { name, vendor, architecture } = proof.device;
  return {
    ...proof,
    device: { ...proof.device, name: cut(name), vendor: cut(vendor), architecture: cut(architecture) },
    kernels: proof.kernels.map(short),
    models: proof.models.map(short),
  };
}

/** Every number but whole ones, to a few digits. */
function rounded(proof: DeviceProof): unknown {
  return JSON.parse(JSON.stringify(proof), (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value,
  );
}
