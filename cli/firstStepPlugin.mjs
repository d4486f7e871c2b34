// A Vite plugin: `import step from './golden.json?first-step'` is the first step of the file's first case alone, with the pass before it and the data it runs on.
// The whole file is for tests; this much of it ships with the page.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const SUFFIX = '?first-step';
// Not a name that ends in .json: Vite has ideas of its own about those.
const PREFIX = '\0first-step:';
const ENDING = '.json';

export function firstStepPlugin() {
  return {
    name: 'lodestone-first-step',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(SUFFIX) || !importer) return null;
      const path = source.slice(0, -SUFFIX.length);
      // Globs of the development server begin at the root.
      const found = await this.resolve(path, importer, { skipSelf: true });
      const file = found?.id ?? resolve(dirname(importer), path);
      return `${PREFIX}${file.slice(0, -ENDING.length)}`;
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const path = `${id.slice(PREFIX.length)}${ENDING}`;
      this.addWatchFile(path);
      const step = firstStepOf(JSON.parse(await readFile(path, 'utf8')));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(step))});`;
    },
  };
}

function firstStepOf({ sets: [set] }) {
  const { name, model, modalities, config, inputs, graphs, init, steps, phases } = set.cases[0];
  // Graphs that are drawn anew in every epoch cannot be drawn here as they were there.
  const drawn = Object.fromEntries(Object.entries(graphs).filter(([graph]) => graph.includes('@')));
  return {
    dataset: set.dataset,
    case: {
      ...{ name, model, modalities, config, inputs, graphs: drawn, init, steps: steps.slice(0, 1) },
      ...(phases && { phases: phases.slice(0, 1) }),
    },
  };
}
