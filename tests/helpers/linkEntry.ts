export { defaultConfig } from '../../src/domain/models/catalogue';
export { encodeStudy } from '../../src/sharing/link';
