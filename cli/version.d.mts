/** For Vite's `define`: the version in package.json, which src/domain/version.ts reads. */
export const versionDefine: Readonly<Record<string, string>>;
