import { nodeHost } from '../../cli/nodeHost';
import type { DeviceHost } from '../../workers/engine/device';

export const testHost = (withGpu: boolean, threads?: number): Promise<DeviceHost> => nodeHost(withGpu, true, threads);
