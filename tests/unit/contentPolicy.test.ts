import { describe, expect, it } from 'vitest';
import { contentPolicy, headersFile, modelHosts } from '../../cli/contentPolicy';

const directive = (policy: string, name: string): string | undefined =>
  policy.split('; ').find((one) => one.startsWith(`${name} `));

describe('the content policy', () => {
  it('lets no text become code, and nothing leave for another host', () => {
    const policy = contentPolicy();
    // Model servers of this machine are the only others, and only to connect to.
    expect(directive(policy, 'connect-src')).toBe("connect-src 'self' http://localhost:* http://127.0.0.1:*");
    expect(policy.replace(/connect-src [^;]+/, '')).not.toMatch(/unsafe-inline|'unsafe-eval'|nonce|https?:|\*/);
    expect(directive(policy, 'script-src')).toBe("script-src 'self' 'wasm-unsafe-eval'");
    expect(directive(policy, 'frame-ancestors')).toBe("frame-ancestors 'none'");
  });

  it('takes origins of model servers and nothing that would change the policy', () => {
    expect(modelHosts('')).toEqual([]);
    expect(modelHosts(' https://a.example  http://10.0.0.4:8000/ ')).toEqual([
      'https://a.example',
      'http://10.0.0.4:8000',
    ]);
    for (const wrong of [
      '*',
      'https://*.example',
      "https://a.example; script-src 'unsafe-eval'",
      'a.example',
      'https://a.example/path',
      'data:',
    ])
      expect(() => modelHosts(wrong)).toThrow(/not an origin/);
  });

  it('says in a meta element all but what browsers ignore there', () => {
    expect(`${contentPolicy({ inMeta: true })}; frame-ancestors 'none'`).toBe(contentPolicy());
  });

  it('lets in what carries the nonce, for scripts and styles alone', () => {
    const changed = contentPolicy({ nonce: 'abc' })
      .split('; ')
      .filter((one) => !contentPolicy().split('; ').includes(one));
    expect(changed).toEqual(["script-src 'self' 'wasm-unsafe-eval' 'nonce-abc'", "style-src 'self' 'nonce-abc'"]);
  });

  it('gives hosts one caching rule for a path, and the policy for all', () => {
    const blocks = headersFile()
      .trimEnd()
      .split('\n\n')
      .map((block) => block.split('\n'));
    const [all, ...caching] = blocks;
    expect(all).toEqual([
      '/*',
      `  Content-Security-Policy: ${contentPolicy()}`,
      '  Cross-Origin-Opener-Policy: same-origin',
      '  Cross-Origin-Embedder-Policy: credentialless',
      '  X-Content-Type-Options: nosniff',
      '  Referrer-Policy: no-referrer',
    ]);
    expect(Object.fromEntries(caching.map(([path, rule]) => [path, rule]))).toMatchObject({
      '/assets/*': '  Cache-Control: public, max-age=31536000, immutable',
      '/index.html': '  Cache-Control: no-cache',
      '/sw.js': '  Cache-Control: no-cache',
    });
    // Cloudflare joins what two blocks say under one name.
    expect(blocks.flat().filter((line) => line.includes('Content-Security-Policy'))).toHaveLength(1);
  });
});
