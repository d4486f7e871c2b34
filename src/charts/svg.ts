/** Pieces of the pictures that go into papers: standalone SVG on white. */

/** One text column of a paper, 85 mm, at 96 dots an inch: 9 units of type are 7 points in print. */
export const FIGURE_WIDTH = 321;
export const TYPE = 9.5;
export const INK = '#1a1a1a';
const FONT = 'Helvetica, Arial, sans-serif';

/** A whole picture with its title, for readers too. */
export function svgDocument(title: string, width: number, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" font-size="${TYPE}" fill="${INK}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...content,
    '</svg>',
  ].join('\n');
}

export const titleText = (x: number, title: string): string =>
  text(x, 14, title, 'start', ` font-size="${TYPE + 1}" font-weight="bold"`);

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number, dash = ''): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

export function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${escapeXml(content)}</text>`;
}

/** Text that reads upwards, centred at `(x, y)`. */
export const uprightText = (x: number, y: number, content: string): string =>
  text(x, y, content, 'middle', ` transform="rotate(-90 ${round(x)} ${round(y)})"`);

export const rectangle = (x: number, y: number, width: number, height: number, colour: string, more = ''): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${colour}"${more}/>`;

/** Room that a text of this many characters takes. */
export const textWidth = (characters: number): number => characters * TYPE * 0.56;

export const round = (value: number): number => Math.round(value * 100) / 100;

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
