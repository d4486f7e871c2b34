/** The tab's title: the page's, and before it how far a run is. */
let page = 'Lodestone';
let progress = '';

const write = (): void => {
  document.title = progress === '' ? page : `${progress} · ${page}`;
};

export function setPageTitle(title: string): void {
  page = `${title} · Lodestone`;
  write();
}

/** `42 % LightGCN`; empty while nothing trains. */
export function setProgressTitle(words: string): void {
  progress = words;
  write();
}
