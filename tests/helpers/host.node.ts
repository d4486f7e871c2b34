import { nodeHost } from '../../cli/nodeHost';
import type { DeviceHost } from '../../workers/engine/device';

export const testHost = (withGpu: boolean): Promise<DeviceHost> => nodeHost(withGpu, true);
