import type { BrowserContext } from '@playwright/test';

/** What a context's pages and workers did against the policy: refusals that the browser reported, and requests to another host. */
export interface PolicyWatch {
  readonly refusals: string[];
  readonly strangers: string[];
}

/** Watches from now on. Pages report an event for a refusal; workers write theirs to the console, which a page's console includes. */
export async function watchPolicy(context: BrowserContext, origin: string): Promise<PolicyWatch> {
  const refusals: string[] = [];
  const strangers: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(
        `refused by ${event.effectiveDirective}: ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`,
      ),
    );
  });
  context.on('console', (message) => {
    if (/content security policy|refused by/i.test(message.text())) refusals.push(message.text());
  });
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) strangers.push(url);
  });
  return { refusals, strangers };
}
