declare global {
  interface ImportMetaEnv {
    /** Set by cli/version.mjs. */
    readonly LODESTONE_VERSION: string;
  }
}

/** The app's version, from package.json. Documents, files and links that it makes carry it. */
export const APP_VERSION: string = import.meta.env.LODESTONE_VERSION;
