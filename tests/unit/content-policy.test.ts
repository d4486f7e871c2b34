import { describe, expect, it } from 'vitest';
import { contentPolicy, headersFile } from '../../cli/contentPolicy';

const directive = (policy: string, name: string): string | undefined => policy.split('; ').find((one) => one.startsWith(`${name} `));

describe('the content policy', () => {
  it('lets no text become code, and nothing leave for another host', () => {
    const policy = contentPolicy();
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|nonce|https?:|\*/);
    expect(directive(policy, 'connect-src')).toBe("connect-src 'self'");
    expect(directive(policy, 'script-src')).toBe("script-src 'self' 'wasm-unsafe-eval'");
    expect(directive(policy, 'frame-ancestors')).toBe("frame-ancestors 'none'");
  });

  it('says in a meta element all but what browsers ignore there', () => {
    expect(`${contentPolicy({ inMeta: true })}; frame-ancestors 'none'`).toBe(contentPolicy());
  });

  it('lets in what carries the nonce, for scripts and styles alone', () => {
    const changed = contentPolicy({ nonce: 'abc' }).split('; ').filter((one) => !contentPolicy().split('; ').includes(one));
    expect(changed).toEqual(["script-src 'self' 'wasm-unsafe-eval' 'nonce-abc'", "style-src 'self' 'nonce-abc'"]);
  });

  it('gives hosts one caching rule for a path, and the policy for all', () => {
    const blocks = headersFile().trimEnd().split('\n\n').map((block) => block.split('\n'));
    const [all, ...caching] = blocks;
    expect(all).toEqual(['/*', `  Content-Security-Policy: ${contentPolicy()}`, '  X-Content-Type-Options: nosniff', '  Referrer-Policy: no-referrer']);
    expect(Object.fromEntries(caching.map(([path, rule]) => [path, rule]))).toMatchObject({
      '/assets/*': '  Cache-Control: public, max-age=31536000, immutable',
      '/index.html': '  Cache-Control: no-cache',
      '/sw.js': '  Cache-Control: no-cache',
    });
    // Cloudflare joins what two blocks say under one name.
    expect(blocks.flat().filter((line) => line.includes('Content-Security-Policy'))).toHaveLength(1);
  });
});
