import { Marked } from 'marked';
import { latexText } from '../../charts/paperTable';

/** Markdown as a person writes it in a report, as HTML and as LaTeX. Nothing in it is markup of either: a tag is shown as it is typed. */

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Where a link may lead; null for all else, such as scripts. */
function address(href: string): string | null {
  try {
    const { protocol } = new URL(href);
    return ['https:', 'http:', 'mailto:'].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** The report's own title is the first heading: those in its texts begin one level below. */
const LEVELS_BELOW = 1;

const html = new Marked({
  renderer: {
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + LEVELS_BELOW);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    html: ({ text }) => escapeHtml(text),
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      const to = address(href);
      return to === null ? words : `<a href="${escapeHtml(to)}" rel="noreferrer">${words}</a>`;
    },
    // A picture would be fetched from somewhere else.
    image: ({ text }) => escapeHtml(text),
  },
});

export const markdownHtml = (text: string): string => html.parse(text, { async: false });

const SECTIONS = ['section', 'subsection', 'subsubsection', 'paragraph'];

const latex = new Marked({
  renderer: {
    space: () => '',
    heading({ tokens, depth }) {
      return `\\${SECTIONS[Math.min(depth, SECTIONS.length) - 1] ?? 'paragraph'}*{${this.parser.parseInline(tokens)}}\n\n`;
    },
    paragraph({ tokens }) {
      return `${this.parser.parseInline(tokens)}\n\n`;
    },
    code: ({ text }) => `\\begin{quote}\\ttfamily ${text.split('\n').map(latexText).join(' \\\\\n')}\\end{quote}\n\n`,
    blockquote({ tokens }) {
      return `\\begin{quote}\n${this.parser.parse(tokens)}\\end{quote}\n\n`;
    },
    list({ ordered, items }) {
      const kind = ordered ? 'enumerate' : 'itemize';
      return `\\begin{${kind}}\n${items.map((item) => this.listitem(item)).join('')}\\end{${kind}}\n\n`;
    },
    listitem({ tokens }) {
      return `\\item ${this.parser.parse(tokens).trim()}\n`;
    },
    checkbox: ({ checked }) => latexText(checked ? '[x] ' : '[ ] '),
    table({ header, rows }) {
      const line = (cells: typeof header): string =>
        `${cells.map(({ tokens }) => this.parser.parseInline(tokens)).join(' & ')} \\\\\n`;
      return `\\begin{center}\\begin{tabular}{${'l'.repeat(header.length)}}\n\\toprule\n${line(header)}\\midrule\n${rows.map(line).join('')}\\bottomrule\n\\end{tabular}\\end{center}\n\n`;
    },
    hr: () => '\\medskip\\hrule\\medskip\n\n',
    html: ({ text }) => latexText(text),
    text(token) {
      return 'tokens' in token && token.tokens ? this.parser.parseInline(token.tokens) : latexText(token.text);
    },
    strong({ tokens }) {
      return `\\textbf{${this.parser.parseInline(tokens)}}`;
    },
    em({ tokens }) {
      return `\\emph{${this.parser.parseInline(tokens)}}`;
    },
    del({ tokens }) {
      return this.parser.parseInline(tokens);
    },
    codespan: ({ text }) => `\\texttt{${latexText(text)}}`,
    br: () => '\\\\\n',
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      const to = address(href);
      return to === null ? words : `\\href{${latexAddress(to)}}{${words}}`;
    },
    image: ({ text }) => latexText(text),
  },
});

export const markdownLatex = (text: string): string => latex.parse(text, { async: false }).trim();

/** An address in `\href`, which reads % and # as its own. */
export const latexAddress = (href: string): string => encodeURI(decodeURIIfPossible(href)).replace(/[%#&]/g, '\\$&');

function decodeURIIfPossible(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}
