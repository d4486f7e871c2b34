import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { answerHeaders, contentPolicy, headersFile, MAY_ASK_HUB, securityHeaders } from './contentPolicy.ts';

/** Never in the cache of the service worker: itself, and what is meant for the host. */
const NOT_STORED = ['sw.js', '_headers'];

/** Larger files are kept only once they were asked for: the runtime of the encoders. Their names must contain a hash of their content. */
const LARGE_BYTES = 4 * 2 ** 20;

/** A Vite plugin: the content policy while developing, in previews and in the build, and the build's service worker. */
export function hostingPlugin(): Plugin {
  let outDir = '';
  return {
    name: 'lodestone-hosting',
    config(_, { command, isPreview }) {
      const define = { 'import.meta.env.LODESTONE_HUB': JSON.stringify(MAY_ASK_HUB) };
      if (command === 'build') return { define };
      if (isPreview) return { preview: { headers: securityHeaders() } };
      const nonce = randomBytes(16).toString('base64');
      return { define, html: { cspNonce: nonce }, server: { headers: securityHeaders(nonce) } };
    },
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) =>
        bundle
          ? [
              {
                tag: 'meta',
                attrs: { 'http-equiv': 'Content-Security-Policy', content: contentPolicy({ inMeta: true }) },
                injectTo: 'head-prepend',
              },
            ]
          : [],
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
    },
    // By now the files of public/ lie beside the bundle.
    async writeBundle() {
      await writeServiceWorker(outDir);
    },
  };
}

/** Writes `sw.js` for the files that lie in `folder`. Its version follows from their content. */
export async function writeServiceWorker(folder: string): Promise<void> {
  const source = await readFile(new URL('./serviceWorker.js', import.meta.url), 'utf8');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !NOT_STORED.includes(file))
    .sort();
  const large = new Set<string>();
  for (const file of files) if ((await stat(join(folder, file))).size > LARGE_BYTES) large.add(file);
  const headers = answerHeaders();
  const hash = createHash('sha256').update(source).update(JSON.stringify(headers));
  for (const file of files) hash.update(file).update(await readFile(join(folder, file)));
  const entry = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(
    await readFile(join(folder, 'index.html'), 'utf8'),
  )?.[1];
  if (!entry) throw new Error('The built index.html names no script.');
  const constants = {
    VERSION: hash.digest('hex').slice(0, 16),
    ENTRY: entry,
    HEADERS: headers,
    FILES: files.filter((file) => !large.has(file)),
    LATER: [...large],
  };
  const lines = Object.entries(constants).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`);
  await writeFile(join(folder, 'sw.js'), `${lines.join('\n')}\n${source}`);
}
