// Installs what is missing, with nothing but Node: packages always, a browser, a Vulkan loader, a driver and LaTeX for the tests.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From this version on Mesa's driver for the processor is one that Dawn takes. */
const MESA = 25;

const root = fileURLToPath(new URL('..', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Lodestone needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

installPackages();
if (process.argv.includes('--tests')) {
  installBrowser();
  installMesa();
  installTex();
}

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
  console.error(`Installing ${missing.join(' and ')} …`);
  if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...missing)) {
    fail(`apt-get could not install ${missing.join(' and ')}; install them by hand.`);
  }
}

/**
 * Mesa's Vulkan drivers, where there are none. The one for the processor keeps the shaders it compiled, so the tests on
 * WebGPU take a fraction of the time that they take on Chromium's driver, which serves where this one cannot be installed.
 */
function installMesa() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || hasDriver()) return;
  console.error('Installing Mesa’s Vulkan drivers …');
  const install = (...options) => apt(...options, 'install', '-y', '--no-install-recommends', 'mesa-vulkan-drivers');
  if (apt('update') && (offeredMesa() >= MESA ? install() : withBackports(install))) return;
  console.error('They could not be installed. The tests on WebGPU use Chromium’s driver, and take longer.');
}

/** LaTeX, for the test that sets a report. Without it that test is skipped, and says so. */
function installTex() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || existsSync('/usr/bin/pdflatex')) return;
  console.error('Installing LaTeX …');
  const packages = ['texlive-latex-base', 'texlive-latex-recommended', 'texlive-pictures'];
  if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...packages))
    console.error('It could not be installed. Reports are not set in the tests.');
}

function hasDriver() {
  return ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].some(
    (folder) => existsSync(folder) && readdirSync(folder).length > 0,
  );
}

/** The main version that apt would install. */
function offeredMesa() {
  const { stdout } = spawnSync('apt-cache', ['policy', 'mesa-vulkan-drivers'], { encoding: 'utf8' });
  return Number(/Candidate: (?:\d+:)?(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

/** Debian 12 has a newer Mesa in its backports. They are read for this one command, from where the system's packages come. */
function withBackports(install) {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(CODENAME) $(REPO_URI)'], {
    encoding: 'utf8',
  });
  const places = new Map((stdout ?? '').split('\n').map((line) => line.split(' ')));
  const suite = 'bookworm-backports';
  if (places.has(suite)) return install('-t', suite);
  if (!places.has('bookworm')) return false;
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const line = `deb ${existsSync(keys) ? `[signed-by=${keys}] ` : ''}${places.get('bookworm')} ${suite} main\n`;
  const own = existsSync('/etc/apt/sources.list') ? readFileSync('/etc/apt/sources.list', 'utf8') : '';
  const folder = mkdtempSync(join(tmpdir(), 'lodestone-apt-'));
  const list = join(folder, 'sources.list');
  writeFileSync(list, `${own}\n${line}`);
  const reading = ['-o', `Dir::Etc::sourcelist=${list}`];
  try {
    return apt(...reading, 'update') && install(...reading, '-t', suite);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function apt(...words) {
  const [program, ...rest] = [...(process.getuid?.() === 0 ? [] : ['sudo', '-n']), 'apt-get', ...words];
  return (
    spawnSync(program, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  );
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
