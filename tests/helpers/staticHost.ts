import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

export interface StaticHost {
  /** Where the folder is served, with a slash at the end. */
  readonly address: string;
  /** From now on nothing answers there. */
  close(): Promise<void>;
}

/** The plainest of hosts: the files of `folder` under `path`, a content type, and no other header. */
export async function serveFolder(folder: string, path = '/'): Promise<StaticHost> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname.startsWith(path) ? normalize(`/${pathname.slice(path.length)}`) : null;
    const name = file === '/' ? '/index.html' : file;
    const body = name === null ? Promise.reject(new Error('outside')) : readFile(join(folder, name));
    body.then(
      (bytes) =>
        response
          .writeHead(200, { 'Content-Type': TYPES[extname(name ?? '')] ?? 'application/octet-stream' })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('The host has no port.');
  return {
    address: `http://localhost:${place.port}${path}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
