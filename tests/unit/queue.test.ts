import { expect, it } from 'vitest';
import { memoryDatabase } from '../../src/storage/database';
import { changeQueue, readQueue } from '../../src/storage/queue';

it('the queue is changed as it is stored, not as a tab last saw it', async () => {
  const database = memoryDatabase();
  const [here, there] = ['first', 'second'].map((id) => changeQueue(database, (queue) => [...queue, id]));
  await Promise.all([here, there]);
  expect(await readQueue(database)).toEqual(['first', 'second']);
  await changeQueue(database, (queue) => queue.filter((id) => id !== 'first'));
  // A tab that has not heard of it takes out another one: the first does not come back.
  await changeQueue(database, (queue) => queue.filter((id) => id !== 'third'));
  expect(await readQueue(database)).toEqual(['second']);
});

it('a queue that cannot be read is replaced', async () => {
  const database = memoryDatabase();
  await database.settings.set('queue', { broken: true });
  await expect(readQueue(database)).rejects.toHaveProperty('code', 'STORE_DAMAGED');
  await changeQueue(database, (queue) => [...queue, 'next']);
  expect(await readQueue(database)).toEqual(['next']);
});
