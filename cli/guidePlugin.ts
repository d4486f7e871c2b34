import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';
import type { Plugin } from 'vite';

/** A page of the guide, as the app shows it. */
export interface GuidePage {
  readonly id: string;
  readonly title: string;
  /** What is below the title. Headings have the ids that the guide's own links use. */
  readonly html: string;
}

const MODULE = 'lodestone:guide';
const FOLDER = new URL('../docs/guide/', import.meta.url);

/** What a link to a heading ends in, as hosts of Markdown make it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/<[^>]*>|[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

/** A link of the guide inside the app; null for one that leads to what is not part of it. */
export function addressOf(href: string, page: string): string | null {
  const [, file, heading] = /^([\w-]*)(?:\.md)?(?:#(.*))?$/.exec(href) ?? [];
  if (file === undefined) return null;
  const query = heading ? `?at=${encodeURIComponent(heading)}` : '';
  return `#/help/${file === '' ? page : file}${query}`;
}

/** One page of the guide from its Markdown. Pictures are left out: the page itself is at hand. */
export function guidePage(id: string, text: string): GuidePage {
  const [, title = id, rest = ''] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: heading }) {
        return `<h${depth} id="${anchorOf(heading)}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const address = addressOf(href, id);
        return address === null ? words : `<a href="${address}">${words}</a>`;
      },
      image: () => '',
      // A wide table scrolls inside its frame, for the keyboard too.
      table(token) {
        const cells = (row: typeof token.header, tag: string): string =>
          `<tr>${row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((row) => cells(row, 'td')).join('');
        return `<div tabindex="0" role="group" aria-label="Table"><table><thead>${cells(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return { id, title, html: marked.parse(rest, { async: false }).replaceAll('<p></p>', '') };
}

/** A Vite plugin: `lodestone:guide` is the guide, `docs/guide/*.md`, made to HTML when the app is built. */
export function guidePlugin(): Plugin {
  return {
    name: 'lodestone-guide',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    async load(id) {
      if (id !== `\0${MODULE}`) return null;
      const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.md')).sort();
      const pages = await Promise.all(
        files.map(async (file) => {
          const path = fileURLToPath(new URL(file, FOLDER));
          this.addWatchFile(path);
          return guidePage(file.replace('.md', ''), await readFile(path, 'utf8'));
        }),
      );
      return `export const GUIDE = ${JSON.stringify(pages)};`;
    },
  };
}
