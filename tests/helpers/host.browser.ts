import { browserHost } from '../../workers/engine/browserHost';
import type { DeviceHost } from '../../workers/engine/device';

export const testHost = async (withGpu: boolean): Promise<DeviceHost> => ({ ...browserHost(), gpu: withGpu ? navigator.gpu : null });
