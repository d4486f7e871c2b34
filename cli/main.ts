import { AppError, faultOf, type ErrorCode } from '../src/domain/errors';
import { parseRun, USAGE, type RunArguments } from './arguments';
import { clusterCommand, type ClusterCommand } from './cluster/commands';
import { executeProof, parseProof, PROOF_USAGE } from './proveDevice';
import { writeRunFiles } from './output';
import { reporter, type Reporter } from './reporter';
import { runInNode } from './runInNode';

/** Runs the command line; resolves to the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command === 'device') return prove(rest);
  const cluster = command === undefined ? null : clusterCommand(command);
  if (cluster) return act(cluster, rest);
  if (command !== 'run' || rest.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return command === '--help' || rest.includes('--help') ? 0 : 2;
  }
  let report = reporter(rest.includes('--json'));
  try {
    const request = parseRun(rest);
    report = reporter(request.json);
    return await execute(request, report);
  } catch (error) {
    const fault = faultOf(error);
    report.fault(fault);
    return exitCode(fault.code);
  }
}

/** A command for studies on several machines. */
async function act({ usage, execute: carryOut }: ClusterCommand, words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const report = reporter(words.includes('--json'));
  try {
    return await carryOut(words, report);
  } catch (error) {
    const fault = faultOf(error);
    report.fault(fault);
    return exitCode(fault.code);
  }
}

async function prove(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(`${PROOF_USAGE}\n`);
    return 0;
  }
  const report = reporter(words.includes('--json'));
  try {
    return (await executeProof(parseProof(words), report)) ? 0 : 4;
  } catch (error) {
    const fault = faultOf(error);
    report.fault(fault);
    return exitCode(fault.code);
  }
}

async function execute(request: RunArguments, report: Reporter): Promise<number> {
  let interrupted = false;
  const onStop = (stop: () => void): void => {
    process.once('SIGINT', () => {
      interrupted = true;
      report.say('Stopping after this step; the best epoch so far is kept.');
      stop();
    });
  };
  const { run, files } =
    request.host === 'node'
      ? await runInNode(request, report, onStop)
      : await (await import('./runInChromium')).runInChromium(request, report, onStop);
  await writeRunFiles(request.out, run, files);
  if (run.result) {
    const { bestEpoch, test } = run.result;
    report.say(
      `best epoch ${bestEpoch + 1}; test Recall@20 ${test['recall@20'].toFixed(4)}  NDCG@20 ${test['ndcg@20'].toFixed(4)}`,
    );
  }
  if (run.fault) throw new AppError(run.fault.code, run.fault.message, run.fault.hint, run.fault.context);
  return interrupted ? 130 : 0;
}

function exitCode(code: ErrorCode): number {
  if (code === 'COMMAND_LINE' || code === 'CONFIG_INVALID' || code.startsWith('PLAN_')) return 2;
  if (/^(DATA|FILE|NPY|TABLE|ZIP|GZIP|IMPORT)_/.test(code)) return 3;
  if (/^(GPU|BACKEND)_/.test(code)) return 4;
  return 1;
}
