import { latexText } from '../../charts/paperTable';

/**
 * One of this app's own figures as TikZ, which LaTeX draws in the type of the paper. It knows the elements that the figures are made of (lines,
 * rectangles, circles, paths of straight lines and of circles' arcs, texts) and throws at any other: nothing of a figure is left out unsaid.
 */
export function tikzOf(svg: string): string {
  const [, width, height] = /<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (width === undefined || height === undefined) throw new Error('This is no figure: it has no size.');
  const body = svg.slice(svg.indexOf('>') + 1).replace(/<title>[^<]*<\/title>/g, '');
  const out = [
    '\\begin{tikzpicture}[x=0.75bp,y=-0.75bp,every node/.style={inner sep=0pt,outer sep=0pt,font=\\sffamily\\fontsize{7bp}{8bp}\\selectfont}]',
    `\\path[use as bounding box] (0,0) rectangle (${width},${height});`,
  ];
  for (const [whole, name = '', attributes = '', content] of body.matchAll(
    /<(\/?\w+)((?:\s[\w-]+="[^"]*")*)\s*(?:\/>|>(?:([^<]*)<\/\1>)?)/g,
  )) {
    if (whole.startsWith('</') || name === 'svg') continue;
    out.push(drawn(name, attributesOf(attributes), content ?? ''));
  }
  return [...out, '\\end{tikzpicture}'].join('\n');
}

type Attributes = Readonly<Record<string, string>>;

const attributesOf = (text: string): Attributes =>
  Object.fromEntries(
    Array.from(text.matchAll(/([\w-]+)="([^"]*)"/g), ([, name = '', value = '']) => [name, unescaped(value)]),
  );

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

function drawn(name: string, at: Attributes, content: string): string {
  const number = (key: string): number => Number(at[key] ?? 0);
  const options = styleOf(at, name);
  switch (name) {
    case 'line':
      return `\\draw[${options}] (${at['x1']},${at['y1']}) -- (${at['x2']},${at['y2']});`;
    case 'rect':
      return `\\path[${options}] (${at['x'] ?? 0},${at['y'] ?? 0}) rectangle +(${at['width']},${at['height']});`;
    case 'circle':
      return `\\path[${options}] (${at['cx']},${at['cy']}) circle [radius=${round(number('r') * 0.75)}bp];`;
    case 'path':
      return `\\path[${options}] ${pathOf(at['d'] ?? '')};`;
    case 'text':
      return textOf(at, unescaped(content));
    default:
      throw new Error(`A figure has an element that TikZ is not told how to draw: ${name}.`);
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A colour as TikZ takes it in place. */
function colourOf(colour: string): string {
  const [, hex] = /^#([\da-f]{6})$/i.exec(colour) ?? [];
  if (hex !== undefined)
    return `{rgb,255:red,${parseInt(hex.slice(0, 2), 16)};green,${parseInt(hex.slice(2, 4), 16)};blue,${parseInt(hex.slice(4), 16)}}`;
  const parts = /^rgb\((\d+),? (\d+),? (\d+)\)$/.exec(colour);
  if (parts) return `{rgb,255:red,${parts[1]};green,${parts[2]};blue,${parts[3]}}`;
  throw new Error(`A figure has a colour that TikZ is not told: ${colour}.`);
}

function styleOf(at: Attributes, name: string): string {
  const out: string[] = [];
  const fill = at['fill'] ?? (name === 'line' ? 'none' : '#1a1a1a');
  if (fill !== 'none') out.push(`fill=${colourOf(fill)}`);
  if (at['stroke']) out.push(`draw=${colourOf(at['stroke'])}`);
  if (at['stroke-width']) out.push(`line width=${round(Number(at['stroke-width']) * 0.75)}bp`);
  if (at['stroke-opacity']) out.push(`draw opacity=${at['stroke-opacity']}`);
  if (at['fill-opacity']) out.push(`fill opacity=${at['fill-opacity']}`);
  if (at['stroke-linejoin'] === 'round') out.push('line join=round');
  if (at['stroke-dasharray']) {
    const dashes = at['stroke-dasharray'].split(/[ ,]+/).map((one) => `${round(Number(one) * 0.75)}bp`);
    out.push(`dash pattern=${dashes.map((one, i) => `${i % 2 === 0 ? 'on' : 'off'} ${one}`).join(' ')}`);
  }
  return out.join(',');
}

function textOf(at: Attributes, content: string): string {
  const anchor = { start: 'base west', middle: 'base', end: 'base east' }[at['text-anchor'] ?? 'start'] ?? 'base west';
  const turned = /rotate\((-?[\d.]+)/.exec(at['transform'] ?? '');
  const size = Number(at['font-size'] ?? 0);
  const options = [
    `anchor=${anchor}`,
    `text=${colourOf(at['fill'] ?? '#1a1a1a')}`,
    ...(turned ? [`rotate=${-Number(turned[1])}`] : []),
    ...(size > 0 || at['font-weight'] === 'bold'
      ? [
          `font=\\sffamily${at['font-weight'] === 'bold' ? '\\bfseries' : ''}\\fontsize{${round(size > 0 ? size * 0.72 : 7)}bp}{9bp}\\selectfont`,
        ]
      : []),
  ];
  return `\\node[${options.join(',')}] at (${at['x']},${at['y']}) {${latexText(content)}};`;
}

/** Straight lines, absolute and relative, and arcs, which are halves of circles. */
function pathOf(d: string): string {
  const out: string[] = [];
  let [x, y] = [0, 0];
  const move = (to: readonly [number, number], how: string): void => {
    [x, y] = to;
    out.push(`${how}(${round(x)},${round(y)})`);
  };
  for (const [, letter = '', rest = ''] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+(?:e-?\d+)?/g) ?? []).map(Number);
    const relative = letter === letter.toLowerCase();
    const [dx, dy] = relative ? [x, y] : [0, 0];
    const pairs = numbers.flatMap((value, i): (readonly [number, number])[] =>
      i % 2 === 1 ? [[(numbers[i - 1] ?? 0) + dx, value + dy]] : [],
    );
    const upper = letter.toUpperCase();
    if (upper === 'M' || upper === 'L') {
      if (relative && pairs.length > 1) throw new Error('A figure has a path that TikZ is not told how to draw.');
      pairs.forEach((pair, i) => move(pair, upper === 'M' && i === 0 ? '' : ' -- '));
    } else if (upper === 'H') move([(numbers[0] ?? 0) + dx, y], ' -- ');
    else if (upper === 'V') move([x, (numbers[0] ?? 0) + dy], ' -- ');
    else if (upper === 'A') {
      const [radius = 0, , , , , ax = 0, ay = 0] = numbers;
      const [from, to] = ax >= 0 ? [180, 360] : [0, 180];
      out.push(` arc [start angle=${from},end angle=${to},radius=${round(radius * 0.75)}bp]`);
      [x, y] = [ax + dx, ay + dy];
    } else if (upper === 'Z') out.push(' -- cycle');
    else throw new Error(`A figure has a path that TikZ is not told how to draw: ${letter}.`);
  }
  return out.join('');
}
