import { AppError } from '../../src/domain/errors';
import type { TextType } from './dense';
import { elementType, type ElementType } from './npyTypes';
import { count } from './words';

export interface NpyHeader {
  /** Bytes before the first value. */
  readonly offset: number;
  /** Numbers, or text of a fixed length. */
  readonly type: ElementType | TextType;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A header this long is refused: NumPy writes 128 bytes for a plain matrix. */
export const LONGEST_NPY_HEADER = 64 * 1024;

export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** NPY 1.0, 2.0 and 3.0. Throws `NPY_HEADER`, `NPY_OBJECT` or `NPY_TYPE`. */
export function parseNpyHeader(name: string, head: Uint8Array<ArrayBuffer>): NpyHeader {
  const broken = (what: string): AppError =>
    new AppError('NPY_HEADER', `${name} is not a readable NumPy file: ${what}.`, 'Save it again with numpy.save.', {
      path: name,
    });
  const major = head[6];
  const minor = head[7];
  if (major === undefined || minor === undefined || head.length < 10) throw broken('it ends within its header');
  if (major < 1 || major > 3 || minor !== 0)
    throw broken(`its format version is ${major}.${minor}; Lodestone reads 1.0, 2.0 and 3.0`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = major === 1 ? 10 : 12;
  if (head.length < start) throw broken('it ends within its header');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_NPY_HEADER - start) throw broken(`its header claims ${count(length)} bytes`);
  if (head.length < start + length) throw broken('it ends within its header');
  // Version 1 and 2 are Latin-1 and 3 is UTF-8; what is looked for is ASCII in all.
  const text = new TextDecoder('latin1').decode(head.subarray(start, start + length)).trim();
  if (!text.startsWith('{') || !text.endsWith('}')) throw broken('its header is not a dictionary');

  const description = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text) ?? /"descr"\s*:\s*(?:"([^"]*)"|(\[))/.exec(text);
  if (!description) throw broken('its header has no descr');
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\s*[,}]/.exec(text);
  if (!order) throw broken('its header has no fortran_order');
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (!shape) throw broken('its header has no shape');
  const lengths = (shape[1] ?? '').split(',').map((part) => part.trim());
  if (lengths.at(-1) === '') lengths.pop();
  if (!lengths.every((part) => /^\d+L?$/.test(part))) throw broken('its shape is not a tuple of lengths');

  const described = description[2] === '[' ? null : (description[1] ?? '');
  return {
    offset: start + length,
    type: textType(described) ?? elementType(name, described),
    fortranOrder: order[1] === 'True',
    shape: lengths.map((part) => Number.parseInt(part, 10)),
  };
}

/** Longer text is no id. */
const LONGEST_TEXT = 4096;

/** `<U12`: UTF-32 padded with zeros; `|S8`: bytes padded with zeros. Null for any other type, and for texts of no use as ids. */
function textType(description: string | null): TextType | null {
  const parts = /^([<>|=]?)([US])(\d{1,5})$/.exec(description ?? '');
  const length = Number(parts?.[3]);
  if (!parts || length === 0 || length > LONGEST_TEXT) return null;
  const label = description ?? '';
  if (parts[2] === 'S') return { label, bytes: length, text: (element) => utf8.decode(element).replace(/\0+$/, '') };
  const littleEndian = parts[1] !== '>';
  return { label, bytes: 4 * length, text: (element) => utf32(element, littleEndian) };
}

const utf8 = new TextDecoder();

function utf32(element: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(element.buffer, element.byteOffset, element.byteLength);
  let text = '';
  for (let at = 0; at < element.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, '');
}
