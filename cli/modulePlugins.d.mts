import type { Plugin } from 'vite';

export function modulePlugins(): Plugin[];
