// Installs what is missing, with nothing but Node: packages always, a browser and a Vulkan loader for the tests.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Lodestone needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

installPackages();
if (process.argv.includes('--tests')) installBrowser();

/** `npm ci` when the lock file is not the one that was installed last. */
function installPackages() {
  const stamp = `${root}node_modules/.lodestone-lock`;
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing packages …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail('npm could not install the packages; its message is above.');
  writeFileSync(stamp, wanted);
}

/** Debian's Chromium and the Vulkan loader, where no Chrome is found. */
function installBrowser() {
  const browsers = [
    process.env.CHROME_PATH,
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium-browser',
  ];
  const missing = [];
  if (!browsers.some((path) => path && existsSync(path))) missing.push('chromium');
  if (process.platform === 'linux' && !hasLibrary('libvulkan.so.1')) missing.push('libvulkan1');
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get'))
    fail(`The tests need ${missing.join(' and ')}. Install Chrome and set CHROME_PATH.`);
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  console.error(`Installing ${missing.join(' and ')} …`);
  const apt = (...words) => {
    const [program, ...rest] = [...prefix, 'apt-get', ...words];
    return (
      spawnSync(program, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0
    );
  };
  if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...missing)) {
    fail(`apt-get could not install ${missing.join(' and ')}; install them by hand.`);
  }
}

function hasLibrary(name) {
  for (const program of ['/sbin/ldconfig', '/usr/sbin/ldconfig']) {
    if (existsSync(program)) return execFileSync(program, ['-p'], { encoding: 'utf8' }).includes(name);
  }
  return true;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
