const PREFIX = '#x=';

/** A link that was given out ends in `#x=…`; the pages live at `#/…`. Now, and whenever such a link is pasted into the open page. */
export function adoptSharedAddress(): void {
  const adopt = (): void => {
    if (location.hash.startsWith(PREFIX)) location.replace(`#/shared?${location.hash.slice(1)}`);
  };
  adopt();
  addEventListener('hashchange', adopt);
}

/** What is given out: this page's address and the link's text. */
export const sharedAddress = (link: string): string => `${location.origin}${location.pathname}#${link}`;
