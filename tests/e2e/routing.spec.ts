import { expect, test, type Locator, type Page } from '@playwright/test';
import type { DatasetDocument } from '../../src/domain/dataset';
import { ended, expectFit, startRun, stored } from '../helpers/page';

const EPOCHS = 6;

/** The numbers of a heat map's cells, row by row. */
async function cellsOf(grid: Locator): Promise<number[]> {
  const labels = await grid
    .locator('[data-cell]')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label') ?? ''));
  return labels.map((label) => Number(/: (\S+)/.exec(label)![1]));
}

async function column(table: Locator, place: number): Promise<string[]> {
  return table.locator(`tbody tr > :nth-child(${place})`).allTextContents();
}

const routingMap = (page: Page, epoch: number): Locator =>
  page.getByRole('grid', { name: new RegExp(`^Mean routing of the validation pairs, epoch ${epoch}:`) });

test('the routing of MAGNET moves while it trains, can be gone through, and explained pair by pair', async ({
  page,
}) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'MAGNET', { 'Epochs, at most': String(EPOCHS), Seed: '7' });
  await page.getByRole('tab', { name: 'Routing' }).click({ timeout: 60_000 });
  // Before an epoch has ended there is a map of its batches.
  const batches = page.getByRole('grid', { name: /^Routing of the newest batches, epoch \d:/ });
  await expect
    .poll(async () => (await cellsOf(batches)).reduce((sum, share) => sum + share, 0), {
      timeout: 120_000,
      intervals: [50],
    })
    .toBeCloseTo(1, 1);
  await expect(routingMap(page, 1)).toBeVisible({ timeout: 120_000 });
  await expect(routingMap(page, 2)).toBeVisible({ timeout: 120_000 });
  const run = await ended(page, id);
  await expect(routingMap(page, EPOCHS)).toBeVisible();

  // The map is what the run recorded: experts are stored family by family, cells stand anchor by anchor.
  const recorded = (epoch: number): number[] =>
    [0, 1, 2].flatMap((group) =>
      [0, 1, 2].map((family) => run.epochs[epoch]!.observed!['routing']![family * 3 + group]!),
    );
  const near = (found: readonly number[], expected: readonly number[]): void => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  };
  near(await cellsOf(routingMap(page, EPOCHS)), recorded(EPOCHS - 1));
  const shown = await routingMap(page, EPOCHS).locator('[data-cell]').allTextContents();
  expect(shown).toEqual(
    recorded(EPOCHS - 1).map((share) => `${share.toFixed(3).replace(/^0/, '')}×${(9 * share).toFixed(2)}`),
  );
  const slider = page.getByRole('slider', { name: 'Epoch', exact: true });
  await slider.focus();
  await page.keyboard.press('Home');
  near(await cellsOf(routingMap(page, 1)), recorded(0));
  await expect(slider).toHaveAttribute('aria-valuetext', /epoch 1, stage 1: coverage/);
  // Playing goes on from where the slider is let go, and waits while it is held.
  await page.getByRole('button', { name: 'Play the epochs' }).click();
  await expect(routingMap(page, 2)).toBeVisible();
  const track = (await slider.boundingBox())!;
  const y = track.y + track.height / 2;
  await page.mouse.move(track.x + track.width * 0.25, y);
  await page.mouse.down();
  await page.mouse.move(track.x + track.width * 0.6, y, { steps: 4 });
  await expect(routingMap(page, 4)).toBeVisible();
  await page.waitForTimeout(1500);
  await expect(routingMap(page, 4)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.mouse.up();
  await expect(routingMap(page, EPOCHS)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play the epochs' })).toBeVisible();

  // Each number says what it is and what is healthy, by keyboard too.
  for (const name of ['N_eff', 'HHI', 'Div', 'Winner Share', 'MaxLoad']) {
    const help = page.getByRole('button', { name: `What is ${name}?` });
    await help.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name })).toContainText('Healthy');
    await page.keyboard.press('Escape');
    await expect(help).toBeFocused();
  }

  // Every interaction of the dataset is in one part of each breakdown.
  const dataset = (await stored(page, 'datasets', run.experiment.dataset.id)) as DatasetDocument;
  const { train, valid, test: held } = dataset.statistics.splits;
  const count = (text: string): number => Number(text.replaceAll(',', ''));
  const parts = page.getByRole('group', { name: /^Routing by/ });
  await expect(parts).toBeVisible({ timeout: 60_000 });
  expect((await column(parts, 2)).map(count)).toEqual([train.interactions, valid.interactions, held.interactions]);
  for (const [name, groups] of [
    ['Item popularity', 5],
    ['User activity', 3],
    ['User group', 3],
  ] as const) {
    await page.getByRole('radio', { name }).check();
    await expect(parts.locator('tbody tr')).toHaveCount(groups);
    expect((await column(parts, 2)).map(count).reduce((a, b) => a + b, 0)).toBe(valid.interactions + held.interactions);
  }
  await page.getByRole('radio', { name: 'Item category' }).check();
  await expect(parts.locator('tbody tr').first()).toBeVisible();

  // The first choices of all experts are all held-out pairs, and each expert has a list, be it the first choice or not.
  const listed = page.getByText(/first choice of [\d,]+ of [\d,]+ held-out pairs/);
  const ofExpert = page.getByRole('group', { name: 'Pairs of the selected expert' });
  let pairs = 0;
  for (let cell = 0; cell < 9; cell++) {
    await routingMap(page, EPOCHS).locator('[data-cell]').nth(cell).click();
    await expect(listed).toBeInViewport();
    const [first, all] = [...(await listed.textContent())!.matchAll(/[\d,]+/g)].map(([number]) => count(number));
    pairs += first!;
    expect(all).toBe(valid.interactions + held.interactions);
    const probabilities = (await column(ofExpert, 3)).map(Number);
    expect(probabilities).toHaveLength(12);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
  }
  expect(pairs).toBe(valid.interactions + held.interactions);
  await page.getByRole('combobox', { name: 'Expert' }).selectOption('all experts');

  // From far above, by keyboard, the choice of a cell leads to its list.
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.setViewportSize({ width: 1440, height: 500 });
  await routingMap(page, EPOCHS).locator('[data-cell="1-1"]').focus();
  await page.keyboard.press('Enter');
  // The smooth way there is broken off, as by a page that grows.
  await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
  const heading = page.getByRole('heading', { name: /^Pairs (of|with)/ });
  await expect(heading).toBeFocused();
  await expect(heading).toBeInViewport();
  await page.setViewportSize({ width: 1440, height: 900 });

  // One pair, in sight beside the list: probabilities sum to one, selected shares too, contributions to the score that ranks it.
  await page
    .getByRole('button', { name: /^Look inside/ })
    .nth(1)
    .click();
  await expect(page.getByRole('heading', { name: 'One pair' })).toBeInViewport();
  const pairMap = page.getByRole('grid', { name: /^Routing of this pair/ });
  await expect(pairMap).toBeInViewport({ timeout: 60_000 });
  await expect(heading).toBeInViewport();
  // The list fits beside it.
  expect(await ofExpert.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  const experts = page.getByRole('group', { name: 'Experts of this pair' });
  await expect(experts).toBeVisible({ timeout: 60_000 });
  const sum = (texts: readonly string[]): number =>
    texts
      .map((text) => Number(text.replace('−', '-').replace('e−', 'e-')))
      .filter(Number.isFinite)
      .reduce((a, b) => a + b, 0);
  expect(sum(await column(experts, 2))).toBeCloseTo(1, 2);
  const shares = await column(experts, 3);
  expect(sum(shares)).toBeCloseTo(1, 2);
  expect(shares.filter((text) => text !== 'not selected')).toHaveLength(4);
  const list = page.getByRole('group', { name: 'Ranked list of the user' });
  const own = list.getByRole('row').filter({ hasText: 'this pair' });
  expect(sum(await column(experts, 4))).toBeCloseTo(sum([(await own.locator('> :nth-child(3)').textContent())!]), 3);
  await expect(list.getByRole('row').filter({ hasText: 'highest negative' })).toHaveCount(1);
  expect((await column(list, 1)).slice(0, 20).map(count)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));

  // Another user beside it; a name that does not exist is said to be none.
  await page.getByRole('button', { name: 'Compare with another' }).click();
  await expect(pairMap).toHaveCount(2, { timeout: 60_000 });
  // They are two pairs, and their cells line up.
  const [left, right] = [pairMap.first(), pairMap.last()];
  expect(await cellsOf(left)).not.toEqual(await cellsOf(right));
  // Measured at once: the page may still be scrolling.
  const tops = await pairMap
    .locator('[data-cell]')
    .evaluateAll((cells) => cells.map((cell) => Math.round(cell.getBoundingClientRect().top)));
  expect(tops).toHaveLength(18);
  expect(tops.slice(0, 9)).toEqual(tops.slice(9));
  const user = page.getByRole('combobox', { name: 'User', exact: true }).last();
  await user.fill('no such person');
  await expect(page.getByText(/No match for/)).toBeVisible();
  await user.fill('3');
  await user.press('Enter');
  await expect(page.getByText(/No match for/)).toBeHidden();
  await expect(page.getByRole('grid', { name: /^Routing of this pair/ })).toHaveCount(2, { timeout: 60_000 });
  await expectFit(page, 'routing');

  // The timeline draws what the run recorded, with the switch of stages that follows the first epoch marked.
  const timeline = page.getByRole('figure', { name: 'Routing over time', exact: true });
  await expect(timeline.getByText('stage 2', { exact: true })).toBeVisible();
  await expect(timeline.getByText('trigger', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Numbers of Routing over time' }).click();
  const data = page.getByRole('dialog').getByRole('table');
  const names = await data.locator('thead th').allTextContents();
  const ofFrames = async (name: string): Promise<number[]> =>
    (await column(data, names.indexOf(name) + 1)).map(Number).filter((value) => value > 0);
  const observed = (key: string): number[] => run.epochs.map((point) => point.observed![key]![0]!);
  const entropy = (shares: readonly number[]): number =>
    -shares.reduce((total, share) => total + share * Math.log(share), 0);
  const alike = (found: readonly number[], expected: readonly number[]): void => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3));
  };
  alike(
    await ofFrames('N_eff / E'),
    run.epochs.map(({ observed: all }) => Math.exp(entropy(all!['routing']!)) / 9),
  );
  alike(await ofFrames('MaxLoad'), observed('maxLoad'));
  alike(await ofFrames('Winner Share'), observed('winnerShare'));
  alike(await ofFrames('Top3Mass'), observed('top3Mass'));
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: `Numbers of Mean routing of the validation pairs, epoch ${EPOCHS}` }).click();
  near((await column(page.getByRole('dialog'), 3)).map(Number), recorded(EPOCHS - 1));
  await page.keyboard.press('Escape');
  await page
    .getByRole('button', { name: `Save figure of Mean routing of the validation pairs, epoch ${EPOCHS}` })
    .click();
  await expect(page.getByRole('dialog').getByRole('img')).toHaveJSProperty('complete', true);
});
