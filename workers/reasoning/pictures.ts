import type { Picture } from './connection';

/** The kind of a picture by its first bytes, as servers take them; null for anything else. */
export function pictureType(head: Uint8Array): string | null {
  const starts = (magic: readonly number[], at = 0): boolean => magic.every((byte, i) => head[at + i] === byte);
  if (starts([0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (starts([0x89, 0x50, 0x4e, 0x47])) return 'image/png';
  if (starts([0x47, 0x49, 0x46, 0x38])) return 'image/gif';
  if (starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)) return 'image/webp';
  return null;
}

/** Longer pictures are made as long as this before they are sent, pixels: models look at no more, and servers refuse big ones. */
export const LONGEST_SIDE = 1024;

/** The size a picture is sent in; null where it stays as it is. */
export function fittingSize(width: number, height: number): { readonly width: number; readonly height: number } | null {
  const factor = LONGEST_SIDE / Math.max(width, height);
  return factor >= 1
    ? null
    : { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Makes a picture that is too long shorter, as JPEG on white. What cannot be read here is left to the server's judgement. */
export async function fittedPicture(picture: Picture): Promise<Picture> {
  const whole = await createImageBitmap(new Blob([picture.bytes], { type: picture.type })).catch(() => null);
  if (!whole) return picture;
  const size = fittingSize(whole.width, whole.height);
  try {
    if (!size) return picture;
    const canvas = new OffscreenCanvas(size.width, size.height);
    const context = canvas.getContext('2d');
    if (!context) return picture;
    context.fillStyle = 'white';
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(whole, 0, 0, size.width, size.height);
    const type = 'image/jpeg';
    return { type, bytes: new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.9 })).arrayBuffer()) };
  } finally {
    whole.close();
  }
}
