import { MODEL_TABLES } from '../../domain/models/catalogue';

/** The model whose routing there is to see. */
export const ROUTED = MODEL_TABLES.find(({ routing }) => routing !== undefined) ?? null;

/** Finished studies that come with the app, made on the demo data by `node cli/examples.mjs`. */
export const EXAMPLES: readonly { readonly id: string; readonly title: string }[] = [
  ...(ROUTED ? [{ id: 'routing', title: `A ${ROUTED.name} run and its routing` }] : []),
  { id: 'comparison', title: 'Six models compared' },
  { id: 'sweep', title: 'A sweep of two options' },
];
