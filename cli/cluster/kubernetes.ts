import { deviceWords, type Needs } from './needs';

const LARGEST_NAME = 50;

/** An indexed Job: every pod does its part. A pod that is told to stop, or evicted, is replaced without counting as a failure. */
export function kubernetesJob(needs: Needs): string {
  const { name, planFile, workers, gpu, cores, mebibytes, files } = needs;
  const memory = mebibytes === null ? [] : [`              memory: ${mebibytes}Mi`];
  const card = gpu ? ['              nvidia.com/gpu: 1'] : [];
  const words = [
    'work',
    `/study/${planFile}`,
    '--out',
    '/study/results',
    ...(files ? ['--data', '/study/data'] : []),
    '--cache',
    '/cache',
    ...deviceWords(needs).split(' '),
  ];
  return `# The volume holds ${planFile}${files ? ', the dataset’s files under data/' : ''} and, later, results/. All pods write to it: ReadWriteMany.
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name.slice(0, LARGEST_NAME).replace(/-+$/, '')}
spec:
  completionMode: Indexed
  completions: ${workers}
  parallelism: ${workers}
  backoffLimitPerIndex: 4
  maxFailedIndexes: ${workers}
  podFailurePolicy:
    rules:
      # 75: told to stop; the next pod goes on from the checkpoint.
      - action: Ignore
        onExitCodes:
          containerName: worker
          operator: In
          values: [75]
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
      # 2 and 3: the plan or the data is refused. Another try would end alike.
      - action: FailIndex
        onExitCodes:
          containerName: worker
          operator: In
          values: [2, 3]
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 120
      securityContext:
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
      containers:
        - name: worker
          image: lodestone
          imagePullPolicy: IfNotPresent
          args: [${words.map((word) => JSON.stringify(word)).join(', ')}]
          env:
            # With JOB_COMPLETION_INDEX, which Kubernetes sets, it says which part a pod does.
            - name: JOB_COMPLETION_COUNT
              value: "${workers}"
          resources:
            requests:
              cpu: ${cores}
${memory.join('\n')}${memory.length > 0 ? '\n' : ''}            limits:
              cpu: ${cores}
${[...memory, ...card].join('\n')}${memory.length + card.length > 0 ? '\n' : ''}          volumeMounts:
            - name: study
              mountPath: /study
            - name: cache
              mountPath: /cache
      volumes:
        - name: study
          persistentVolumeClaim:
            claimName: lodestone
        - name: cache
          emptyDir: {}
`;
}

/** An image of Lodestone, from the lock file and npm’s own cache: the network is needed for the base image alone. */
export const containerFile = ({
  gpu,
}: Needs): string => `# Build in Lodestone’s folder, after \`npm ci --cache .cache/npm\` there: podman build -t lodestone -f …/Containerfile .
FROM node:20-bookworm-slim
${gpu ? '# WebGPU in Node asks for the Vulkan loader; the driver comes from the node’s container runtime.\nRUN apt-get update && apt-get install -y --no-install-recommends libvulkan1 && rm -rf /var/lib/apt/lists/*\nENV NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility\n' : ''}WORKDIR /lodestone
COPY package.json package-lock.json ./
COPY cli/absent cli/absent
COPY .cache/npm /tmp/npm
RUN npm ci --offline --no-audit --no-fund --cache /tmp/npm && rm -rf /tmp/npm
COPY . .
RUN mkdir -p .cache node_modules/.cache && chown -R node:node .cache node_modules/.cache
USER node
ENTRYPOINT ["node", "cli/lodestone.mjs"]
`;

export const kubernetesReadme = ({ planFile, files }: Needs): string =>
  [
    `Begin: build the image as Containerfile says and give it to the cluster; put ${planFile}${files ? ' and the dataset (as data/)' : ''} into the volume of the claim \`lodestone\`, which every pod may write; \`kubectl apply -f job.yaml\`.`,
    'Look: `npm run lodestone -- status results` where the volume is mounted; deleting the Job stops it, and applying it again goes on.',
    'End: `npm run lodestone -- gather results` makes one file, which the Runs page imports.',
    '',
  ].join('\n');
