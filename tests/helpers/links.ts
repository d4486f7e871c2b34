import { bundle } from '../../cli/bundle.mjs';

/** What makes a link. It knows the models, whose folders only Vite finds: bundled here as the command line is. */
export async function linkMaker(): Promise<typeof import('./linkEntry')> {
  return import(await bundle('tests/helpers/linkEntry.ts'));
}
