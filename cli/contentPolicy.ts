/**
 * What the page and its workers may load and where they may send anything: their own host, and nowhere else. The build says
 * it in `index.html`, in the service worker's answers and in `_headers`; the two servers of Vite say it as response headers,
 * which workers need, because a worker obeys the policy of its own response and not that of the page.
 */

/** Where the page and its workers may connect to. */
export const CONNECT: readonly string[] = ["'self'"];

/**
 * The policy. `nonce` is for the development server alone: React's refresh starts with an inline script, and Vite puts the
 * styles of a module into `<style>`. `inMeta` leaves out what a meta element may not say.
 */
export function contentPolicy({ nonce, inMeta = false }: { readonly nonce?: string; readonly inMeta?: boolean } = {}): string {
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

/** The response headers of everything that is served. */
export const securityHeaders = (nonce?: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentPolicy(nonce === undefined ? {} : { nonce }),
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
