// What every build of the workers needs: compiled loops and the references' first steps as modules.
import { firstStepPlugin } from './firstStepPlugin.mjs';
import { simdPlugin } from './simdPlugin.mjs';

export const modulePlugins = () => [simdPlugin(), firstStepPlugin()];
