/** Where what a link of each letter holds is shown. */
const PAGES: Readonly<Record<string, string>> = { '#x=': '#/shared', '#p=': '#/shared/device' };

/** A link that was given out ends in `#x=…` or `#p=…`; the pages live at `#/…`. Now, and whenever such a link is pasted into the open page. */
export function adoptSharedAddress(): void {
  const adopt = (): void => {
    const page = PAGES[location.hash.slice(0, 3)];
    if (page) location.replace(`${page}?${location.hash.slice(1)}`);
  };
  adopt();
  addEventListener('hashchange', adopt);
}

/** What is given out: this page's address and the link's text. */
export const sharedAddress = (link: string): string => `${location.origin}${location.pathname}#${link}`;
