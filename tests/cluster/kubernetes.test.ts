import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubernetesJob } from '../../cli/cluster/kubernetes';
import type { Needs } from '../../cli/cluster/needs';
import { shardOf } from '../../src/domain/plan';
import { encodePlan } from '../../src/sharing/planFile';
import { bundle, namesOf, newFolder, start, tinyPlan } from '../helpers/cluster';
import { checkJob, type Job } from '../helpers/jobSchema';

const run = promisify(execFile);
const kubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

const NEEDS: Needs = {
  name: 'tiny',
  planFile: 'tiny.plan.json',
  workers: 3,
  gpu: false,
  cores: 2,
  mebibytes: 1536,
  minutes: null,
  files: false,
};
const KINDS: readonly (readonly [string, Needs])[] = [
  ['cores', NEEDS],
  ['a graphics card and files', { ...NEEDS, gpu: true, files: true }],
  ['unknown memory and a long name', { ...NEEDS, mebibytes: null, name: `a-${'b'.repeat(47)}-c-d` }],
];

/** What `kubectl` asks an API server before it does anything, also where it only tries: which kinds there are. */
const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [
      {
        name: 'batch',
        versions: [{ groupVersion: 'batch/v1', version: 'v1' }],
        preferredVersion: { groupVersion: 'batch/v1', version: 'v1' },
      },
    ],
  },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
  '/apis/batch/v1': {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'batch/v1',
    resources: [{ name: 'jobs', singularName: 'job', namespaced: true, kind: 'Job', verbs: ['create', 'get'] }],
  },
};

describe.skipIf(!kubectl)(`the manifest${kubectl ? '' : ' (kubectl is not installed)'}`, () => {
  let server: Server;
  let folder = '';
  beforeAll(async () => {
    folder = await newFolder();
    server = createServer(({ url = '', method }, answer) => {
      const found = method === 'GET' ? DISCOVERY[url.replace(/\?.*/, '')] : undefined;
      answer.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  /** As kubectl would send it. */
  async function dryRun(text: string): Promise<unknown> {
    const path = join(folder, 'job.yaml');
    await writeFile(path, text);
    const { port } = server.address() as AddressInfo;
    const words = ['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', path];
    const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'none') };
    const { stdout } = await run('kubectl', [...words, '--server', `http://127.0.0.1:${port}`], { env });
    return JSON.parse(stdout);
  }

  it.each(KINDS)('passes a dry run of kubectl, and is a Job as the API has it: %s', async (_, needs) => {
    const job = checkJob(await dryRun(kubernetesJob(needs)));
    expect(job.spec).toMatchObject({ completions: 3, parallelism: 3 });
    expect(job.spec.template.spec.containers[0]!.resources.limits['nvidia.com/gpu']).toBe(needs.gpu ? 1 : undefined);
  });

  it('is refused by the same checks where it is wrong', async () => {
    const text = kubernetesJob(NEEDS);
    await expect(dryRun(text.replace('spec:\n', 'spec: [\n'))).rejects.toThrow('error');
    for (const [right, wrong] of [
      ['completionMode', 'completionsMode'],
      ['values: [2, 3]', 'values: [3, 2]'],
      ['value: "3"', 'value: 3'],
      ['claimName: lodestone', 'claim: lodestone'],
      ['- name: cache\n          emptyDir', '- name: other\n          emptyDir'],
      ['containerName: worker', 'containerName: other'],
      ['memory: 1536Mi', 'memory: 1536MiB'],
    ] as const) {
      expect(text).toContain(right);
      const job = await dryRun(text.replace(right, wrong));
      expect(() => checkJob(job), wrong).toThrow();
    }
  });
});

describe('the command of a pod', () => {
  it('does the part of its index, and all pods together the study', async () => {
    const plan = await tinyPlan([1, 2, 3, 4, 5].map((seed) => ({ model: 'bpr', seed })));
    const folder = await newFolder();
    for (const name of ['study', 'cache']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'study', NEEDS.planFile), encodePlan(plan));
    const text = kubernetesJob(NEEDS);
    const args = JSON.parse(
      /args: (\[.*\])/.exec(text)![1]!,
    ) as Job['spec']['template']['spec']['containers'][0]['args'];
    const [, name = '', value = ''] = /- name: (JOB_\w+)\n +value: "(\d+)"/.exec(text)!;
    const program = await bundle();
    const done: string[] = [];
    for (const index of ['1', '0', '2']) {
      // The volumes of the pod are folders of this machine.
      const words = args.map((word) => word.replace(/^\/(study|cache)/, join(folder, '$1')));
      const { code, said } = await start(program, words, { JOB_COMPLETION_INDEX: index, [name]: value }).ended;
      expect(code, said).toBe(0);
      expect(said).toContain(`Part ${Number(index) + 1} of 3`);
      done.push(...shardOf(plan, { place: Number(index) + 1, of: 3 }).map(({ id }) => id));
      for (const { id } of plan.runs)
        expect((await namesOf(join(folder, 'study', 'results', 'runs', id))).includes('result')).toBe(
          done.includes(id),
        );
    }
    expect(done.sort()).toEqual(plan.runs.map(({ id }) => id).sort());
  });
});
