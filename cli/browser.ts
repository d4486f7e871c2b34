import { existsSync } from 'node:fs';
import { AppError } from '../src/domain/errors';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium-browser',
];

/** The Chrome or Chromium to drive: `CHROME_PATH`, or where Linux packages put it. */
export function browserPath(): string {
  const path = [process.env['CHROME_PATH'], ...PLACES].find((place) => place && existsSync(place));
  if (path) return path;
  throw new AppError(
    'BACKEND_UNAVAILABLE',
    'No Chrome or Chromium was found.',
    'Install Chromium (Debian: chromium), set CHROME_PATH, or use --host node.',
  );
}

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Flags with which headless Chromium offers a correct software WebGPU adapter, on the page and in workers. The page is not
 * drawn through that adapter, which would take the processor longer than drawing it itself.
 */
const SOFTWARE_WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--use-webgpu-adapter=swiftshader',
  '--disable-gpu-compositing',
  '--disable-gpu-rasterization',
];

/** Flags for a machine's own graphics adapter, also one without a display, which offers no surfaces. */
const HARDWARE_WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
  '--disable-vulkan-surface',
  '--ignore-gpu-blocklist',
];

export const browserFlags = (software: boolean): string[] => [
  ...QUIET,
  ...(software ? SOFTWARE_WEBGPU : HARDWARE_WEBGPU),
];
