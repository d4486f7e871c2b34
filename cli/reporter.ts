import type { Problem } from '../src/domain/dataset';
import type { TrainingEvent } from '../src/domain/protocol';
import type { Fault } from '../src/domain/errors';

/** Progress on stderr: sentences for people, or JSON lines. */
export interface Reporter {
  event(event: TrainingEvent): void;
  problem(problem: Problem): void;
  say(text: string): void;
  fault(fault: Fault): void;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

export function reporter(json: boolean): Reporter {
  const line = (text: string): void => void process.stderr.write(`${text}\n`);
  if (json) {
    const write = (value: object): void => line(JSON.stringify(value));
    return {
      event: write,
      problem: (problem) => write({ type: 'problem', problem }),
      say: (text) => write({ type: 'say', text }),
      fault: (fault) => write({ type: 'fault', fault }),
    };
  }
  let lastPhase = '';
  return {
    event: (event) => {
      switch (event.type) {
        case 'device':
          return line(`${event.device.backend}: ${event.device.name}`);
        case 'phase': {
          if (event.text !== lastPhase) line(event.text);
          lastPhase = event.text;
          return;
        }
        case 'estimated': {
          const { total, host } = event.estimate;
          const beside = host
            ? `, ${gib(host.total)} in its process (${gib(host.withDevice)} on WASM and CPU, the device’s included)`
            : '';
          return line(`expected memory: ${gib(total)} on the device${beside}`);
        }
        case 'epoch': {
          const { point } = event;
          const valid = point.valid
            ? `Recall@20 ${point.valid['recall@20'].toFixed(4)}  NDCG@20 ${point.valid['ndcg@20'].toFixed(4)}`
            : '';
          return line(
            `epoch ${point.epoch + 1}  loss ${point.total.toFixed(5)}  ${valid}  ${point.trainSeconds.toFixed(2)} s + ${point.evaluateSeconds.toFixed(2)} s`,
          );
        }
        case 'status':
        case 'progress':
        case 'intervals':
        case 'findings':
        case 'storage':
        case 'watched':
        case 'alive':
        case 'paced':
        case 'proved':
        case 'ended':
        case 'fault':
          return;
      }
    },
    problem: (problem) =>
      line(
        `${problem.severity}: ${problem.file}${problem.row === null ? '' : `:${problem.row}`}: ${problem.message} ${problem.hint}`,
      ),
    say: line,
    fault: (fault) => line(`${fault.code}: ${fault.message}\n${fault.hint}`),
  };
}
