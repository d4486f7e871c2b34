import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressOf, guidePage } from '../../cli/guidePlugin';
import { GUIDE_ORDER } from '../../src/features/help/order';
import { helpFor } from '../../src/ui/helpPlaces';

const files = readdirSync('docs/guide').map((file) => file.replace('.md', ''));
const pages = files.map((id) => guidePage(id, readFileSync(`docs/guide/${id}.md`, 'utf8')));

/** Whether an address of the help leads somewhere. */
function leads(address: string): boolean {
  const [, id, at] = /^#?\/help\/([\w-]+)(?:\?at=(.+))?$/.exec(address) ?? [];
  const page = pages.find((one) => one.id === id);
  return page !== undefined && (at === undefined || page.html.includes(`id="${decodeURIComponent(at)}"`));
}

describe('the guide inside the app', () => {
  it('lists every page once', () => {
    expect(GUIDE_ORDER.map(({ id }) => id).sort()).toEqual([...files].sort());
  });

  it.each(pages.map(({ id, html, title }) => [id, html, title] as const))(
    '%s: every link leads somewhere',
    (_, html, title) => {
      expect(title).not.toMatch(/[#*]/);
      const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href);
      expect(links.filter((href) => !leads(href))).toEqual([]);
      expect(html).not.toContain('<img');
    },
  );

  it('leaves links out that lead to files that are not part of it', () => {
    expect(addressOf('../headless.md', 'train')).toBeNull();
    expect(existsSync('docs/headless.md')).toBe(true);
    expect(addressOf('#memory', 'train')).toBe('#/help/train?at=memory');
  });

  it.each([
    '/data',
    '/data/1',
    '/data/1/reasoning',
    '/experiment',
    '/runs',
    '/runs/1',
    '/runs/1?view=routing',
    '/runs/1?view=findings',
    '/runs/1?view=projection',
    '/compare',
    '/compare?runs=a&view=gains',
    '/compare?view=longTail',
    '/compare?view=efficiency',
    '/sweeps',
    '/sweeps/1',
    '/groups/1',
    '/tables',
    '/tables/x',
    '/shared?x=1',
    '/shared/device?p=1',
    '/device',
  ])('the help of %s is a part of it', (path) => {
    expect(leads(helpFor(path))).toBe(true);
  });
});
