import { z } from 'zod';

/** The public API’s form of a Job (batch/v1, of Kubernetes 1.33), strict: a field that is not there by that name is refused. */

const quantity = z
  .union([z.string(), z.number()])
  .refine((value) => /^\d+(\.\d+)?(m|[KMGTPE]i?)?$/.test(String(value)));
const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const whole = z.number().int().min(0);
const anything = z.unknown().optional();
/** Fields of the API that need no closer look. */
const others = (...names: string[]) => Object.fromEntries(names.map((name) => [name, anything]));

const container = z.strictObject({
  ...others('command', 'envFrom', 'lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'resizePolicy'),
  ...others('restartPolicy', 'securityContext', 'startupProbe', 'stdin', 'stdinOnce', 'terminationMessagePath'),
  ...others('terminationMessagePolicy', 'tty', 'volumeDevices', 'workingDir'),
  name: dnsLabel,
  image: z.string(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  args: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  resources: z.strictObject({
    requests: z.record(z.string(), quantity),
    limits: z.record(z.string(), quantity),
    claims: anything,
  }),
  volumeMounts: z.array(
    z.strictObject({
      name: dnsLabel,
      mountPath: z.string().regex(/^\//),
      ...others('readOnly', 'subPath', 'subPathExpr', 'mountPropagation', 'recursiveReadOnly'),
    }),
  ),
});

const podSecurity = z.strictObject({
  ...others('appArmorProfile', 'fsGroupChangePolicy', 'runAsNonRoot', 'seLinuxChangePolicy', 'seLinuxOptions'),
  ...others('seccompProfile', 'supplementalGroups', 'supplementalGroupsPolicy', 'sysctls', 'windowsOptions'),
  runAsUser: whole.optional(),
  runAsGroup: whole.optional(),
  fsGroup: whole.optional(),
});

const volume = z.union([
  z.strictObject({
    name: dnsLabel,
    persistentVolumeClaim: z.strictObject({ claimName: dnsLabel, readOnly: z.boolean().optional() }),
  }),
  z.strictObject({ name: dnsLabel, emptyDir: z.strictObject({ medium: anything, sizeLimit: anything }) }),
]);

const podSpec = z.strictObject({
  ...others('activeDeadlineSeconds', 'affinity', 'automountServiceAccountToken', 'dnsConfig', 'dnsPolicy'),
  ...others(
    'enableServiceLinks',
    'ephemeralContainers',
    'hostAliases',
    'hostIPC',
    'hostNetwork',
    'hostPID',
    'hostUsers',
  ),
  ...others('hostname', 'imagePullSecrets', 'initContainers', 'nodeName', 'nodeSelector', 'os', 'overhead'),
  ...others('preemptionPolicy', 'priority', 'priorityClassName', 'readinessGates', 'resourceClaims', 'resources'),
  ...others('runtimeClassName', 'schedulerName', 'schedulingGates', 'serviceAccount', 'serviceAccountName'),
  ...others('setHostnameAsFQDN', 'shareProcessNamespace', 'subdomain', 'tolerations', 'topologySpreadConstraints'),
  restartPolicy: z.enum(['Never', 'OnFailure']),
  terminationGracePeriodSeconds: whole.optional(),
  securityContext: podSecurity.optional(),
  containers: z.array(container).min(1),
  volumes: z.array(volume),
});

const exitCodes = z.strictObject({
  containerName: dnsLabel.optional(),
  operator: z.enum(['In', 'NotIn']),
  // Ordered, without repeats; 0 is no failure.
  values: z
    .array(z.number().int().min(1))
    .min(1)
    .max(255)
    .refine((values) => values.every((value, place) => place === 0 || value > values[place - 1]!)),
});
const condition = z.strictObject({ type: z.string(), status: z.enum(['True', 'False', 'Unknown']).optional() });
const rule = z
  .strictObject({
    action: z.enum(['FailJob', 'FailIndex', 'Ignore', 'Count']),
    onExitCodes: exitCodes.optional(),
    onPodConditions: z.array(condition).min(1).max(20).optional(),
  })
  .refine((one) => (one.onExitCodes === undefined) !== (one.onPodConditions === undefined));

const jobSpec = z.strictObject({
  ...others('activeDeadlineSeconds', 'backoffLimit', 'managedBy', 'manualSelector', 'podReplacementPolicy'),
  ...others('selector', 'successPolicy', 'suspend', 'ttlSecondsAfterFinished'),
  completionMode: z.literal('Indexed'),
  completions: whole.min(1),
  parallelism: whole.min(1).max(100_000),
  backoffLimitPerIndex: whole,
  maxFailedIndexes: whole.max(100_000),
  podFailurePolicy: z.strictObject({ rules: z.array(rule).max(20) }),
  template: z.strictObject({ metadata: anything, spec: podSpec }),
});

const form = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  // Of an indexed Job the name and the index are a pod’s host name.
  metadata: z.looseObject({ name: dnsLabel.max(57) }),
  spec: jobSpec,
  status: anything,
});
export type Job = z.infer<typeof form>;

/** Checks a Job as the API does, also what its fields demand of each other. Throws what is wrong. */
export function checkJob(value: unknown): Job {
  const job = form.parse(value);
  const { completions, maxFailedIndexes, podFailurePolicy, template } = job.spec;
  const { containers, volumes, restartPolicy } = template.spec;
  const demand = (so: boolean, what: string): void => {
    if (!so) throw new Error(what);
  };
  demand(maxFailedIndexes <= completions, 'maxFailedIndexes is at most completions');
  demand(restartPolicy === 'Never', 'podFailurePolicy needs restartPolicy Never');
  for (const { onExitCodes } of podFailurePolicy.rules)
    demand(
      !onExitCodes?.containerName || containers.some(({ name }) => name === onExitCodes.containerName),
      'a rule names a container that is there',
    );
  for (const { volumeMounts, resources } of containers) {
    for (const mount of volumeMounts)
      demand(
        volumes.some(({ name }) => name === mount.name),
        `there is a volume ${mount.name}`,
      );
    // A request without a limit of the same amount would let the node take more than it has.
    for (const [name, amount] of Object.entries(resources.requests))
      demand(resources.limits[name] === amount, `${name} is limited to what is requested`);
  }
  return job;
}
