import { INK, svgDocument, text, TYPE } from './svg';

const LINE = TYPE + 2.5;
const MARGIN = 8;

/** A figure with its caption under it, broken into lines as wide as the figure; without words the figure as it is. */
export function withCaption(svg: string, title: string, caption: string): string {
  const size = /width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"/.exec(svg);
  const [width, height] = [Number(size?.[1]), Number(size?.[2])];
  if (caption.trim() === '' || !(width > 0 && height > 0)) return svg;
  const lines = brokenInto(caption.trim(), Math.floor((width - 2 * MARGIN) / (TYPE * 0.5)));
  return svgDocument(title, width, Math.ceil(height + lines.length * LINE + MARGIN), [
    svg,
    ...lines.map((words, i) => text(MARGIN, height + (i + 1) * LINE - 2, words, 'start', ` fill="${INK}"`)),
  ]);
}

/** Lines of at most `room` characters, broken between words; a longer word has a line of its own. */
export function brokenInto(words: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
