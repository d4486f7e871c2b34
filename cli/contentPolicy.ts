/**
 * What the page and its workers may load and where they may send anything: their own host, model servers on the person's own
 * machine, and the hosts that whoever builds the app lists; nowhere else. The build says
 * it in `index.html`, in the service worker's answers and in `_headers`; the two servers of Vite say it as response headers,
 * which workers need, because a worker obeys the policy of its own response and not that of the page.
 */

/** Model servers of the reasoning stage on this machine. */
const LOOPBACK: readonly string[] = ['http://localhost:*', 'http://127.0.0.1:*'];

/** Hosts of model servers beside this machine, divided by blanks: `https://models.example.org`. */
const HOSTS_VARIABLE = 'LODESTONE_MODEL_HOSTS';

/** The origins of such a list. Throws on anything that is no http origin: it would weaken the policy or break it. */
export function modelHosts(list: string): string[] {
  return list
    .split(/\s+/)
    .filter((host) => host !== '')
    .map((host) => {
      const url = URL.parse(host);
      if (!url || !/^https?:$/.test(url.protocol) || /[;,*'"]/.test(host) || url.origin !== host.replace(/\/$/, '')) {
        throw new Error(`${HOSTS_VARIABLE} holds ${host}, which is not an origin like https://models.example.org.`);
      }
      return url.origin;
    });
}

const LISTED = modelHosts(process.env[HOSTS_VARIABLE] ?? '');

/** Whether the page may fetch encoders from the hub. */
export const MAY_ASK_HUB = LISTED.includes('https://huggingface.co');

/** Where the page and its workers may connect to. */
export const CONNECT: readonly string[] = ["'self'", ...LOOPBACK, ...LISTED];

/**
 * The policy. `nonce` is for the development server alone: React's refresh starts with an inline script, and Vite puts the
 * styles of a module into `<style>`. `inMeta` leaves out what a meta element may not say.
 */
export function contentPolicy({
  nonce,
  inMeta = false,
}: { readonly nonce?: string; readonly inMeta?: boolean } = {}): string {
  const inline = nonce === undefined ? [] : [`'nonce-${nonce}'`];
  const directives: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'self'"],
    // The WASM backend and our SIMD loops are compiled; no text ever becomes JavaScript.
    'script-src': ["'self'", "'wasm-unsafe-eval'", ...inline],
    // Style sheets are files and React sets styles by property, so nothing needs 'unsafe-inline'. The overlay of Radix's
    // dialogs would write a <style> element to stop the page from scrolling; Dialog.tsx has one of its own instead.
    'style-src': ["'self'", ...inline],
    'worker-src': ["'self'"],
    'connect-src': CONNECT,
    // Previews and PNGs of figures are drawn from data: addresses.
    'img-src': ["'self'", 'data:', 'blob:'],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    ...(!inMeta && { 'frame-ancestors': ["'none'"] }),
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

/**
 * What keeps the page apart from all others, so that the browser lets its threads share memory. Without credentials it may still ask
 * whether a server is there that does not let it read the answer.
 */
const ISOLATION: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'credentialless',
};

/** What the service worker adds to its answers, for hosts that send no headers. */
export const answerHeaders = (nonce?: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentPolicy(nonce === undefined ? {} : { nonce }),
  ...ISOLATION,
});

/** The response headers of everything that is served. */
export const securityHeaders = (nonce?: string): Readonly<Record<string, string>> => ({
  ...answerHeaders(nonce),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
});

/** Hashed names never change what they hold; every other name must be asked for again. */
const CACHING: Readonly<Record<string, string>> = {
  '/assets/*': 'public, max-age=31536000, immutable',
  '/': 'no-cache',
  '/index.html': 'no-cache',
  '/sw.js': 'no-cache',
  '/manifest.webmanifest': 'no-cache',
};

/** The file `_headers` that Netlify and Cloudflare Pages read. */
export function headersFile(): string {
  const block = (path: string, headers: Readonly<Record<string, string>>): string =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  return `${[block('/*', securityHeaders()), ...Object.entries(CACHING).map(([path, value]) => block(path, { 'Cache-Control': value }))].join('\n\n')}\n`;
}
