declare module 'lodestone:guide' {
  /** The pages of the guide by their files' names; the HTML is made of this repository's own Markdown when the app is built. */
  export const GUIDE: readonly { readonly id: string; readonly title: string; readonly html: string }[];
}
