import type { Page } from '@playwright/test';
import type { Problem } from '../src/domain/dataset';
import { AppError, errorFromFault, type Fault } from '../src/domain/errors';
import type { TrainingEvent } from '../src/domain/protocol';
import type { RunDocument } from '../src/domain/run';
import { demoOf, type RunArguments } from './arguments';
import { withHeadlessPage } from './headlessBrowser';
import type { HeadlessRequest } from './headlessPage';
import type { DatasetFacts, RunFiles } from './output';
import type { Reporter } from './reporter';

type Message =
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'event'; readonly event: TrainingEvent }
  | { readonly kind: 'run'; readonly run: RunDocument }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'files'; readonly header: FilesHeader };

interface FilesHeader {
  readonly details: { readonly users: number[]; readonly cutoff: number } | null;
  readonly trace: string | null;
  readonly names: string[];
}

/** Opens the headless page in Chromium and runs there. */
export const runInChromium = (
  request: RunArguments,
  report: Reporter,
  onStop: (stop: () => void) => void,
): Promise<{ run: RunDocument; files: RunFiles }> =>
  withHeadlessPage(request.allowSoftware, (page, address) => {
    onStop(() => void page.evaluate(() => window.lodestoneStop()));
    return drive(page, address, request, report);
  });

/** The same on a page that is open; `address` is where the headless page is served. */
export async function drive(
  page: Page,
  address: string,
  request: RunArguments,
  report: Reporter,
): Promise<{ run: RunDocument; files: RunFiles }> {
  let run: RunDocument | null = null;
  let header: FilesHeader | null = null;
  const faults: Fault[] = [];
  await page.exposeFunction('lodestoneReport', (text: string) => {
    const message: Message = JSON.parse(text);
    switch (message.kind) {
      case 'problem':
        return report.problem(message.problem);
      case 'event':
        return report.event(message.event);
      case 'run':
        run = message.run;
        return;
      case 'fault':
        faults.push(message.fault);
        return;
      case 'files':
        header = message.header;
        return;
    }
  });
  await page.goto(`${address}cli/headless.html`);
  const demo = demoOf(request.dataset);
  if (!demo) await page.setInputFiles('input', request.dataset);
  const { model, preset, changes, seed, backend, allowSoftware } = request;
  const wanted: HeadlessRequest = {
    demo,
    experiment: { model, preset, changes, seed, backend, allowSoftware },
    traceSteps: request.trace,
    reading: request.reading,
  };
  await page.evaluate((argument) => window.lodestoneRun(argument), wanted);
  const [fault] = faults;
  if (fault && !(run && header)) throw errorFromFault(fault);
  if (!run)
    throw new AppError('WORKER_FAILED', 'The page ended without a run.', 'Run again with --host node to see more.');
  return { run, files: await collect(page, header) };
}

/** Bytes a message carries. */
const PIECE = 3 * 2 ** 20;

async function collect(page: Page, header: FilesHeader | null): Promise<RunFiles> {
  const bytes = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of header?.names ?? []) bytes.set(name, await fetchResult(page, name));
  const floats = (name: string): Float32Array | null => {
    const buffer = bytes.get(name)?.buffer;
    return buffer ? new Float32Array(buffer) : null;
  };
  const users = floats('users');
  const items = floats('items');
  const topItems = bytes.get('topItems');
  const topScores = floats('topScores');
  const trace = bytes.get('trace');
  const facts = bytes.get('dataset');
  const dataset: DatasetFacts | null = facts ? JSON.parse(new TextDecoder().decode(facts)) : null;
  return {
    dataset,
    embeddings: dataset && users && items ? { users, items, userCount: dataset.users, itemCount: dataset.items } : null,
    lists:
      header?.details && topItems && topScores
        ? {
            users: Int32Array.from(header.details.users),
            topItems: new Int32Array(topItems.buffer),
            topScores,
            cutoff: header.details.cutoff,
          }
        : null,
    study: bytes.get('study') ?? null,
    weights: bytes.get('weights') ?? null,
    trace: header?.trace && trace ? { json: header.trace, safetensors: trace } : null,
  };
}

async function fetchResult(page: Page, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  for (;;) {
    const offset = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const text = await page.evaluate(
      ([wanted, start, length]) => window.lodestonePiece(String(wanted), Number(start), Number(length)),
      [name, offset, PIECE],
    );
    if (text === '') return Uint8Array.from(Buffer.concat(pieces));
    pieces.push(Buffer.from(text, 'base64'));
  }
}
