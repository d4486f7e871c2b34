import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** For Vite's `define`: the version in package.json, which src/domain/version.ts reads. */
export const versionDefine = { 'import.meta.env.LODESTONE_VERSION': JSON.stringify(version) };
