/** Builds `entry`, relative to the repository, and returns the path of the one file; it lies there until the process ends. */
export function bundle(entry: string, options?: { readonly sourcemap?: boolean }): Promise<string>;
