import { curveFigure } from '../../charts/curveLines';
import { figureSvg } from '../../charts/figure';
import { heatMapPicture } from '../../charts/heatMapFigure';
import { toLatex, latexText, type PaperTable } from '../../charts/paperTable';
import type { Report } from '../../domain/report';
import { APP_VERSION } from '../../domain/version';
import { formatDateTime } from '../../ui/format';
import { expertMapContent } from '../readings/ExpertMap';
import { latexAddress, markdownHtml, markdownLatex } from './markdown';
import type { Piece } from './pieces';
import { REPORT_STYLE } from './reportStyle';
import { tikzOf } from './tikz';

/** A report as it is saved: its pieces in order, and a link that opens its runs; null where there is none. */
export interface Exported {
  readonly report: Report;
  readonly pieces: readonly Piece[];
  readonly link: string | null;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The picture of a piece; null for one that has none. */
function pictureOf(piece: Piece): { readonly svg: string; readonly caption: string } | null {
  if (piece.kind === 'curves') {
    const { title, series, yLabel, caption } = piece;
    return { svg: figureSvg(curveFigure({ title, series, xLabel: 'epoch', yLabel })), caption: caption || title };
  }
  if (piece.kind === 'routing') {
    const { title, caption, shape, cells, reach } = piece;
    const { groups, families } = shape;
    return {
      svg: heatMapPicture(expertMapContent({ title, groups, families, cells, reach })),
      caption: caption || title,
    };
  }
  return null;
}

const madeWords = ({ changedAt }: Report): string =>
  `Made with Lodestone ${APP_VERSION}, ${formatDateTime(changedAt)}.`;

/** One file that needs nothing else: no script, nothing that is fetched. */
export function reportHtml({ report, pieces, link }: Exported): string {
  const body = pieces.map((piece): string => {
    const picture = pictureOf(piece);
    if (picture) return `<figure>${picture.svg}<figcaption>${escape(picture.caption)}</figcaption></figure>`;
    if (piece.kind === 'text') return markdownHtml(piece.text);
    if (piece.kind === 'table') return tableHtml(piece.paper);
    return piece.kind === 'missing' ? `<p class="missing">${escape(piece.words)}</p>` : '';
  });
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(report.title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escape(report.title)}</h1>`,
    ...body,
    `<footer><p>${escape(madeWords(report))}${link === null ? '' : ` <a href="${escape(link)}" rel="noreferrer">Open its runs</a>`}</p></footer>`,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function tableHtml({ caption, columns, rows, rules = [], notes = [] }: PaperTable): string {
  const marked = ({ text, place, mark = '' }: PaperTable['rows'][number][number]): string => {
    const inner = escape(text);
    const placed = place === 'best' ? `<strong>${inner}</strong>` : place === 'second' ? `<u>${inner}</u>` : inner;
    return `${placed}${escape(mark)}`;
  };
  const line = (cells: PaperTable['rows'][number], i: number): string => {
    const [first, ...others] = cells.map(marked);
    return `<tr${rules.includes(i) && i > 0 ? ' class="rule"' : ''}><th scope="row">${first ?? ''}</th>${others.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  };
  return `<div class="table" tabindex="0" role="group" aria-label="${escape(caption)}"><table><caption>${escape([caption, ...notes].join(' '))}</caption><thead><tr>${columns.map((name) => `<th scope="col">${escape(name)}</th>`).join('')}</tr></thead><tbody>${rows.map(line).join('')}</tbody></table></div>`;
}

/** The files of a LaTeX bundle: `report.tex`, each figure as TikZ, which the report takes in, and as SVG, and how to set it. */
export function reportLatex({ report, pieces, link }: Exported): { readonly name: string; readonly input: string }[] {
  const figures: { readonly name: string; readonly input: string }[] = [];
  const body = pieces.map((piece): string => {
    const picture = pictureOf(piece);
    if (picture) {
      const name = `figures/figure-${figures.length / 2 + 1}`;
      figures.push(
        { name: `${name}.tex`, input: `${tikzOf(picture.svg)}\n` },
        { name: `${name}.svg`, input: picture.svg },
      );
      return `\\begin{figure}[htbp]\n  \\centering\n  \\input{${name}.tex}\n  \\caption{${latexText(picture.caption)}}\n\\end{figure}`;
    }
    if (piece.kind === 'text') return markdownLatex(piece.text);
    if (piece.kind === 'table')
      return toLatex(piece.paper)
        .replace('\\begin{table}', '\\begin{table}[htbp]')
        .replace('\\begin{tabular}', '\\begin{fitted}\n  \\begin{tabular}')
        .replace('\\end{tabular}', '\\end{tabular}\n  \\end{fitted}');
    return piece.kind === 'missing' ? `\\emph{${latexText(piece.words)}}` : '';
  });
  const opened = link === null ? '' : ` \\href{${latexAddress(link)}}{Open its runs.}`;
  const text = [
    `\\title{${latexText(report.title)}}`,
    `\\date{${latexText(formatDateTime(report.changedAt))}}`,
    '\\author{}',
    '',
    '\\begin{document}',
    '\\maketitle',
    '',
    ...body.flatMap((part) => [part, '']),
    `\\bigskip\\noindent\\small ${latexText(madeWords(report))}${opened}`,
    '\\end{document}',
    '',
  ].join('\n');
  const tex = [...PREAMBLE, ...declarations([text, ...figures.map(({ input }) => input)].join('')), text].join('\n');
  return [{ name: 'report.tex', input: tex }, ...figures, { name: 'README.txt', input: README }];
}

const PREAMBLE = [
  '\\documentclass[11pt]{article}',
  '\\usepackage{iftex}',
  '\\ifPDFTeX',
  '  \\usepackage[T1]{fontenc}',
  '  \\usepackage[utf8]{inputenc}',
  '  % Letters as outlines, where these are installed.',
  '  \\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}',
  '\\fi',
  '\\usepackage{amssymb}',
  '\\usepackage{booktabs}',
  '\\usepackage{graphicx}',
  '\\usepackage{tikz}',
  '\\usepackage[hidelinks]{hyperref}',
  '\\newsavebox{\\tablebox}',
  '% A table that is wider than the page is made to fit.',
  '\\newenvironment{fitted}{\\begin{lrbox}{\\tablebox}}{\\end{lrbox}%',
  '  \\ifdim\\wd\\tablebox>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox{\\tablebox}}\\else\\usebox{\\tablebox}\\fi}',
];

const README = `pdflatex report.tex

The figures are drawn by LaTeX (figures/*.tex, TikZ) in the type of your paper; the same lie beside as SVG. Needed: booktabs, graphicx,
tikz, hyperref. Letters beyond Latin need XeLaTeX or LuaLaTeX; pdfLaTeX prints their Unicode numbers.
`;

const SYMBOLS: Readonly<Record<string, string>> = {
  α: '\\alpha',
  β: '\\beta',
  γ: '\\gamma',
  δ: '\\delta',
  ε: '\\varepsilon',
  η: '\\eta',
  θ: '\\theta',
  λ: '\\lambda',
  μ: '\\mu',
  ν: '\\nu',
  π: '\\pi',
  ρ: '\\rho',
  σ: '\\sigma',
  τ: '\\tau',
  φ: '\\varphi',
  ω: '\\omega',
  Σ: '\\Sigma',
  Ω: '\\Omega',
  '≤': '\\leq',
  '≥': '\\geq',
  '≈': '\\approx',
  '≠': '\\neq',
  '→': '\\to',
  '←': '\\leftarrow',
  '↔': '\\leftrightarrow',
  '∞': '\\infty',
  '√': '\\surd',
  '∑': '\\sum',
  '·': '\\cdot',
  '✓': '\\checkmark',
  '★': '\\bigstar',
  '⋅': '\\cdot',
  '∈': '\\in',
  '₁': '_1',
  '₂': '_2',
  '₃': '_3',
  '₀': '_0',
  '²': '^2',
  '³': '^3',
  '̂': '\\hat{}',
  '̃': '\\tilde{}',
  '̄': '\\bar{}',
};

/** What pdfLaTeX is told of each sign that it does not know: its command, or its number. */
function declarations(text: string): string[] {
  const unknown = [...new Set(text)]
    .filter((sign) => /[^\u0000-\u017f\u2018-\u201e\u2013\u2014\u2026]|[²³·]/u.test(sign))
    .sort();
  if (unknown.length === 0) return [];
  const declared = unknown.map((sign) => {
    const number = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const symbol = SYMBOLS[sign];
    return `  \\DeclareUnicodeCharacter{${number}}{${symbol ? `\\ensuremath{${symbol}}` : `[U+${number}]`}}`;
  });
  return ['\\ifPDFTeX', ...declared, '\\fi'];
}
