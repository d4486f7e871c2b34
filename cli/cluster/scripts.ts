import { deviceWords, type Needs } from './needs';

/** `90` minutes as Slurm has them: `01:30:00`. */
function slurmTime(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(minutes / 1440);
  const rest = `${two(Math.floor((minutes % 1440) / 60))}:${two(minutes % 60)}:00`;
  return days > 0 ? `${days}-${rest}` : rest;
}

/** A job array whose tasks each do their part. A task that is told to stop is queued again and goes on. */
export function slurmScript(needs: Needs): string {
  const { name, planFile, workers, gpu, cores, mebibytes, minutes, files } = needs;
  return [
    '#!/bin/bash',
    `#SBATCH --job-name=${name}`,
    `#SBATCH --array=1-${workers}`,
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    '#SBATCH --output=%x-%a.log',
    `#SBATCH --cpus-per-task=${cores}`,
    ...(gpu ? ['#SBATCH --gres=gpu:1'] : []),
    ...(mebibytes === null ? [] : [`#SBATCH --mem=${mebibytes}M`]),
    ...(minutes === null ? [] : [`#SBATCH --time=${slurmTime(minutes)}`]),
    '# Two minutes before the time is up, the run in progress is left with a checkpoint.',
    '#SBATCH --signal=TERM@120',
    '',
    '# Where Lodestone lies, where results go and where the data is, on a file system that all nodes see.',
    ': "${LODESTONE:?Set LODESTONE to the folder of Lodestone}"',
    'OUT="${OUT:-$SLURM_SUBMIT_DIR/study}"',
    ...(files ? [': "${DATA:?Set DATA to the folder of the dataset}"'] : []),
    'export TMPDIR="${SLURM_TMPDIR:-${TMPDIR:-/tmp}}"',
    '',
    `srun --cpus-per-task=${cores} node "$LODESTONE/cli/lodestone.mjs" work "$SLURM_SUBMIT_DIR/${planFile}" \\`,
    `  --out "$OUT" ${files ? '--data "$DATA" ' : ''}${deviceWords(needs)} "$@"`,
    'code=$?',
    '# 75: told to stop; 137: killed, most often for want of memory. The task waits in the queue again and goes on from its checkpoint.',
    '# A run in which five workers died without getting any further has failed, and is not tried again.',
    'if [ "$code" -eq 75 ] || [ "$code" -eq 137 ]; then',
    '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    'fi',
    'exit "$code"',
    '',
  ].join('\n');
}

/** Three lines, in the order in which they are typed. */
export const slurmReadme = ({ name, files, workers }: Needs): string =>
  [
    `Begin: \`LODESTONE=/path/to/lodestone ${files ? 'DATA=/path/to/dataset ' : ''}sbatch ${name}.sbatch\` in this folder, once \`npm ci\` has run in Lodestone’s. It queues ${workers} tasks; more may be added or taken away at any time.`,
    'Look: `npm run lodestone -- status study`, from Lodestone’s folder with the whole path; `scancel` stops, and sbatch goes on where it stopped.',
    'End: `npm run lodestone -- gather study` makes one file, which the Runs page imports.',
    '',
  ].join('\n');

/** Workers side by side on one machine. */
export function xargsScript(needs: Needs): string {
  const { planFile, workers, files } = needs;
  return [
    '#!/bin/sh',
    '# Workers side by side on this machine. Started again, they go on where they stopped.',
    'cd "$(dirname "$0")" || exit 1',
    ': "${LODESTONE:?Set LODESTONE to the folder of Lodestone}"',
    ...(files ? [': "${DATA:?Set DATA to the folder of the dataset}"'] : []),
    `seq 1 ${workers} | xargs -P ${workers} -I{} node "$LODESTONE/cli/lodestone.mjs" work ${planFile} \\`,
    `  --out "\${OUT:-study}" ${files ? '--data "$DATA" ' : ''}--shard all ${deviceWords(needs)}`,
    '',
  ].join('\n');
}

export const xargsReadme = ({ name, files, workers }: Needs): string =>
  [
    `Begin: \`LODESTONE=/path/to/lodestone ${files ? 'DATA=/path/to/dataset ' : ''}sh ${name}.sh\`, once \`npm ci\` has run in Lodestone’s folder: ${workers} workers, each of which takes the next run that is free.`,
    'Look: `npm run lodestone -- status study`, from Lodestone’s folder with the whole path.',
    'End: `npm run lodestone -- gather study` makes one file, which the Runs page imports.',
    '',
  ].join('\n');
