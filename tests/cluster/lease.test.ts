import { execFileSync } from 'node:child_process';
import { mkdir, open, readFile, readdir, truncate, utimes, writeFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOnce, placeFolder, writeWhole } from '../../cli/cluster/files';
import { claim, readLease, Watch } from '../../cli/cluster/lease';
import { Pack, writePack } from '../../cli/cluster/pack';
import { SlotTable } from '../../cli/cluster/tables';
import { triesSinceProgress } from '../../cli/cluster/work';
import { AppError } from '../../src/domain/errors';
import { leasesIn } from '../../src/domain/studyFolder';
import { memoryDatabase } from '../../src/storage/database';
import { mounted, newFolder, namesOf, unmounted, until } from '../helpers/cluster';

describe('a file that is made once', () => {
  it('is made by one of many, and is whole when it can be seen', async () => {
    const folder = await newFolder();
    const path = join(folder, 'claimed');
    const tries = await Promise.all(Array.from({ length: 40 }, (_, i) => createOnce(path, `by ${i}`)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toBe(`by ${tries.indexOf(true)}`);
    expect(await readdir(folder)).toEqual(['claimed']);
  });

  it('replaces nothing, and a folder that is there is not replaced either', async () => {
    const folder = await newFolder();
    await writeWhole(join(folder, 'a'), 'first');
    expect(await createOnce(join(folder, 'a'), 'second')).toBe(false);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('first');
    for (const name of ['one', 'two']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'content'), name);
    }
    expect(await placeFolder(join(folder, 'one'), join(folder, 'result'))).toBe(true);
    expect(await placeFolder(join(folder, 'two'), join(folder, 'result'))).toBe(false);
    expect(await readFile(join(folder, 'result', 'content'), 'utf8')).toBe('one');
    expect(await namesOf(folder)).not.toContain('two');
    await expect(placeFolder(join(folder, 'three'), join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
  });

  it('that cannot be written leaves no draft', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'taken', 'x'), { recursive: true });
    await expect(writeWhole(join(folder, 'taken'), 'text')).rejects.toThrow();
    expect(await namesOf(folder)).toEqual(['taken']);
  });
});

describe('a lease', () => {
  it('is had by one of two claimers, and by the other when it is given back', async () => {
    const folder = join(await newFolder(), 'run');
    const [a, b] = await Promise.all([claim(folder, new Watch(), 60), claim(folder, new Watch(), 60)]);
    const held = a ?? b!;
    expect([a, b].filter((one) => one !== null)).toHaveLength(1);
    expect(held.number).toBe(1);
    expect(await readLease(folder, 1)).toEqual(held.text);
    expect(await claim(folder, new Watch(), 60)).toBeNull();
    await held.release();
    const next = await claim(folder, new Watch(), 60);
    expect(next?.number).toBe(2);
    await next?.release();
  });

  it('does not run out while the watcher cannot give a sign there either', async ({ skip }) => {
    const folder = await newFolder();
    if (!mounted(folder, '-o', 'size=1m')) skip('nothing may be mounted here');
    try {
      const work = join(folder, 'run');
      const held = (await claim(work, new Watch(), 2))!;
      await held.end();
      let now = 0;
      const watch = new Watch(() => now);
      expect(await watch.expired(work, 1)).toBe(false);
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      now = 1500;
      await expect(watch.expired(work, 1)).rejects.toThrow('EROFS');
      execFileSync('mount', ['-o', 'remount,rw', folder]);
      // Longer than the lease since the first look; but in between nobody could give a sign.
      now = 2500;
      expect(await watch.expired(work, 1)).toBe(false);
      now = 4500;
      expect(await watch.expired(work, 1)).toBe(true);
    } finally {
      unmounted(folder);
    }
  });

  it('runs out when it gives no sign for its seconds, by the watcher’s own clock', async () => {
    const folder = join(await newFolder(), 'run');
    const dead = (await claim(folder, new Watch(), 2))!;
    await dead.end();
    let now = 0;
    const watch = new Watch(() => now);
    // However old the file looks: only what is seen to stand still counts.
    await utimes(join(folder, 'lease.1'), new Date(0), new Date(0));
    expect(await watch.expired(folder, 1)).toBe(false);
    now = 1999;
    expect(await watch.expired(folder, 1)).toBe(false);
    // A sign, in whatever time.
    await utimes(join(folder, 'lease.1'), new Date(5000), new Date(5000));
    now = 2500;
    expect(await watch.expired(folder, 1)).toBe(false);
    now = 4499;
    expect(await claim(folder, watch, 2)).toBeNull();
    // A folder that was out of order kept every holder from giving a sign: the seconds count from the first look after that.
    watch.forget();
    now = 4500;
    expect(await claim(folder, watch, 2)).toBeNull();
    // Nor does what stood still while nobody looked.
    now = 12_000;
    expect(await claim(folder, watch, 2)).toBeNull();
    now = 14_000;
    const next = (await claim(folder, watch, 2))!;
    expect(next.number).toBe(2);
    // Whoever was only asleep finds out, by itself and when asked.
    expect(await dead.isLost()).toBe(true);
    expect(await next.isLost()).toBe(false);
    await next.end();
  });

  it('beats, and tells its holder that it is lost', async () => {
    const folder = join(await newFolder(), 'run');
    const lease = (await claim(folder, new Watch(), 2))!;
    await utimes(join(folder, 'lease.1'), new Date(0), new Date(0));
    await until('the heart beats', async () => {
      const file = await open(join(folder, 'lease.1'));
      const { mtimeMs } = await file.stat();
      await file.close();
      return mtimeMs > 0;
    });
    let lost = 0;
    lease.onLost(() => (lost += 1));
    await createOnce(join(folder, 'lease.2'), '{}');
    await until('the holder hears', () => lost > 0);
    await lease.end();
    // A lease of no form is still somebody’s.
    expect(await readLease(folder, 2)).toBeNull();
    expect(leasesIn(await readdir(folder))).toEqual({ newest: 2, released: false });
  });

  it('counts workers that died without getting anywhere', () => {
    const names = ['lease.1', 'lease.2', 'lease.3', 'advanced.1'];
    expect(triesSinceProgress(names, 3)).toBe(2);
    expect(triesSinceProgress([...names, 'released.3'], 3)).toBe(0);
    expect(triesSinceProgress([], 0)).toBe(0);
  });
});

describe('a pack', () => {
  const entries = new Map<string, unknown>([
    ['a/b', Float32Array.of(1, -0, NaN, 3e-40)],
    ['a/c', { list: [1, NaN, -0, 'ü'], floats: Float32Array.of(2) }],
    ['d', null],
  ]);
  const written = async (): Promise<string> => {
    const path = join(await newFolder(), 'pack');
    await writePack(
      path,
      [...entries].map(([key, value]) => [key, async () => value]),
    );
    return path;
  };

  it('gives back what was put in', async () => {
    const pack = await Pack.open(await written());
    expect(pack.keys()).toEqual(['a/b', 'a/c', 'd']);
    expect(pack.keys('a/')).toEqual(['a/b', 'a/c']);
    for (const [key, value] of entries) expect(await pack.get(key)).toStrictEqual(value);
    expect(await pack.get('e')).toBeUndefined();
    await pack.close();
  });

  it('is never read where it is cut off, at any length, or changed', async () => {
    const path = await written();
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 3) {
      await writeFile(`${path}.cut`, whole);
      await truncate(`${path}.cut`, length);
      await expect(Pack.open(`${path}.cut`)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    }
    const changed = Buffer.from(whole);
    changed[5]! ^= 1;
    await writeFile(`${path}.changed`, changed);
    const pack = await Pack.open(`${path}.changed`);
    await expect(pack.get('a/b')).rejects.toBeInstanceOf(AppError);
    expect(await pack.get('d')).toBeNull();
    await pack.close();
  });

  it('as a slot of checkpoints that is damaged counts for nothing; the other stays', async () => {
    const folder = await newFolder();
    let told = 0;
    const table = await SlotTable.open(memoryDatabase().checkpoints, folder, () => (told += 1));
    await table.setMany([
      ['run/slot0/values/x/0', Float32Array.of(1)],
      ['run/slot0', { step: 1 }],
    ]);
    await table.setMany([
      ['run/slot1/values/x/0', Float32Array.of(2)],
      ['run/slot1', { step: 2 }],
    ]);
    await table.set('run/weights', 'in memory');
    expect(told).toBe(2);
    expect(await table.keys('run/slot')).toEqual([
      'run/slot0',
      'run/slot0/values/x/0',
      'run/slot1',
      'run/slot1/values/x/0',
    ]);
    expect(await namesOf(folder)).toEqual(['slot0', 'slot1']);
    // Both at once are not deleted, one is.
    await table.delete(await table.keys('run/slot'));
    expect(await table.get('run/slot1')).toEqual({ step: 2 });
    await table.close();
    const half = (await readFile(join(folder, 'slot1'))).subarray(0, 40);
    await writeFile(join(folder, 'slot1'), half);
    await copyFile(join(folder, 'slot1'), join(folder, '.slot1.draft'));
    const again = await SlotTable.open(memoryDatabase().checkpoints, folder, () => undefined);
    expect(await again.get('run/slot1')).toBeUndefined();
    expect(await again.get('run/slot0')).toEqual({ step: 1 });
    expect(await again.get('run/slot0/values/x/0')).toEqual(Float32Array.of(1));
    await again.close();
  });

  it('that cannot be written is storage without room', async () => {
    const folder = join(await newFolder(), 'none', 'here');
    const table = await SlotTable.open(memoryDatabase().checkpoints, folder, () => undefined);
    await expect(table.set('run/slot0', 1)).rejects.toMatchObject({ code: 'STORE_QUOTA' });
  });
});
