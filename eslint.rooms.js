/**
 * The rooms of the house and the doors between them. A file may import files of its own room, and of the rooms that its
 * room lists; everything else is refused. Packages that only some rooms may know are listed the same way.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

const TFJS = /^@tensorflow\//;
const PAGE = /^(zustand\/react|react|react-dom|react-router|radix-ui|@tanstack\/react-table|recharts)(\/|$)/;
const ZOD = /^zod(\/|$)/;
const STORE = /^(idb-keyval|zustand)(\/|$)/;
const GUARDED = [TFJS, PAGE, ZOD, STORE];

const feature = (name, others = []) => ({
  name: `src/features/${name}`,
  files: new RegExp(`^src/features/${name}/`),
  imports: [
    'src/domain',
    'src/documents',
    'src/storage',
    'src/sharing',
    'src/state',
    'src/ui',
    'src/charts',
    ...others.map((other) => `src/features/${other}`),
  ],
  packages: [PAGE],
});

/** The first room whose pattern a path matches is its room. */
export const ROOMS = [
  {
    name: 'src/domain',
    files: /^src\/domain\//,
    packages: [],
    // The catalogue finds the models' tables; nothing else of the workers is seen from here.
    imports: ['tables'],
  },
  { name: 'tables', files: /^workers\/models\/[^/]+\/(\w+\.)?table\.ts$/, imports: ['src/domain'], packages: [] },
  { name: 'src/documents', files: /^src\/documents\//, imports: ['src/domain'], packages: [ZOD] },
  { name: 'src/storage', files: /^src\/storage\//, imports: ['src/domain', 'src/documents'], packages: [STORE] },
  {
    name: 'src/sharing',
    files: /^src\/sharing\//,
    imports: ['src/domain', 'src/documents', 'src/storage'],
    packages: [],
  },
  { name: 'src/ui', files: /^src\/ui\//, imports: ['src/domain'], packages: [PAGE, STORE] },
  { name: 'src/charts', files: /^src\/charts\//, imports: ['src/domain', 'src/ui'], packages: [PAGE] },
  {
    name: 'src/state',
    files: /^src\/state\//,
    packages: [PAGE, STORE],
    // The one place that creates workers, by their addresses.
    imports: ['src/domain', 'src/storage', 'src/sharing', 'worker addresses'],
  },
  feature('readings'),
  feature('drafts'),
  feature('projection'),
  feature('unreadable'),
  feature('help'),
  feature('exports', ['readings', 'projection']),
  feature('sharing', ['readings', 'drafts']),
  feature('knockouts', ['readings', 'sharing']),
  feature('routing', ['readings', 'knockouts']),
  feature('groups', ['readings', 'knockouts', 'sharing']),
  feature('sweeps', ['readings', 'drafts', 'sharing', 'groups']),
  feature('experiments', ['readings', 'drafts', 'sweeps']),
  feature('tables', ['readings', 'drafts', 'sharing', 'groups']),
  feature('compare', ['readings', 'sharing']),
  feature('studies', ['readings', 'sharing', 'groups', 'routing', 'compare']),
  feature('shared', ['readings', 'sharing', 'compare']),
  feature('datasets', ['readings', 'sharing', 'exports', 'unreadable']),
  feature('device', ['sharing']),
  feature('reasoning', ['unreadable']),
  feature('runs', ['readings', 'drafts', 'knockouts', 'routing', 'projection', 'exports', 'sharing', 'unreadable']),
  {
    name: 'src/app',
    files: /^src\/(app\/|main\.tsx$)/,
    packages: [PAGE, STORE],
    imports: [
      'src/domain',
      'src/state',
      'src/ui',
      ...[
        'compare',
        'datasets',
        'device',
        'experiments',
        'groups',
        'help',
        'reasoning',
        'runs',
        'shared',
        'sharing',
        'studies',
        'sweeps',
        'tables',
      ].map((name) => `src/features/${name}`),
    ],
  },
  { name: 'workers/numbers', files: /^workers\/numbers\//, imports: ['src/domain'], packages: [] },
  { name: 'workers/formats', files: /^workers\/formats\//, imports: ['src/domain', 'workers/numbers'], packages: [] },
  { name: 'workers/graphs', files: /^workers\/graphs\//, imports: ['src/domain', 'workers/numbers'], packages: [] },
  {
    name: 'workers/engine',
    files: /^workers\/engine\//,
    packages: [TFJS],
    imports: ['src/domain', 'workers/numbers', 'workers/graphs', 'worker addresses'],
  },
  {
    // The contract of a model and the registry that finds every folder's.
    name: 'workers/models',
    files: /^workers\/models\/[^/]+\.ts$/,
    packages: [TFJS],
    imports: ['src/domain', 'workers/numbers', 'workers/graphs', 'workers/engine', 'model folders'],
  },
  {
    name: 'layers',
    files: /^workers\/models\/layers\//,
    packages: [TFJS],
    imports: ['src/domain', 'workers/numbers', 'workers/graphs', 'workers/engine', 'workers/models'],
  },
  {
    name: 'model folders',
    files: /^workers\/models\/[^/]+\//,
    packages: [TFJS],
    imports: [
      'src/domain',
      'workers/numbers',
      'workers/graphs',
      'workers/engine',
      'workers/models',
      'layers',
      'tables',
    ],
  },
  {
    name: 'workers/dataset',
    files: /^workers\/dataset\//,
    packages: [],
    imports: ['src/domain', 'src/storage', 'workers/numbers', 'workers/formats'],
  },
  {
    name: 'workers/training',
    files: /^workers\/training\//,
    packages: [TFJS],
    imports: [
      'src/domain',
      'src/documents',
      'src/storage',
      'src/sharing',
      'workers/numbers',
      'workers/graphs',
      'workers/engine',
      'workers/models',
    ],
  },
  {
    name: 'workers/analysis',
    files: /^workers\/analysis\//,
    packages: [],
    imports: [
      'src/domain',
      'src/storage',
      'workers/numbers',
      'workers/graphs',
      'workers/engine',
      'workers/models',
      'workers/training',
    ],
  },
  {
    name: 'workers/reasoning',
    files: /^workers\/reasoning\//,
    packages: [],
    imports: ['src/domain', 'src/documents', 'src/storage', 'src/sharing', 'workers/formats', 'workers/dataset'],
  },
  {
    name: 'workers/sharing',
    files: /^workers\/sharing\//,
    packages: [],
    imports: ['src/domain', 'src/documents', 'src/storage', 'src/sharing', 'workers/formats', 'workers/dataset'],
  },
  {
    // Thin entries: one for each worker.
    name: 'worker addresses',
    files: /^workers\/[^/]+\.ts$/,
    packages: [],
    imports: [
      'src/domain',
      'src/storage',
      'src/sharing',
      'workers/engine',
      'workers/dataset',
      'workers/training',
      'workers/analysis',
      'workers/reasoning',
      'workers/sharing',
    ],
  },
  {
    name: 'cli',
    files: /^cli\//,
    packages: [],
    imports: [
      'src/domain',
      'src/documents',
      'src/storage',
      'src/sharing',
      'workers/engine',
      'workers/dataset',
      'workers/training',
      'workers/sharing',
      'worker addresses',
    ],
  },
];

/** A model's id may stand where it is somebody else's word: MMRec's name for an encoder. */
const FOREIGN_WORDS = {
  'workers/models/lattice/table.ts': ['lightgcn'],
  'workers/models/lgmrec/table.ts': ['lightgcn'],
};

const root = import.meta.dirname;
const inProject = (path) => relative(root, path).split(sep).join('/');
export const roomOf = (path) => ROOMS.find(({ files }) => files.test(path)) ?? null;

const MODEL_IDS = new Set(
  readdirSync(join(root, 'workers/models')).filter((name) =>
    existsSync(join(root, 'workers/models', name, 'table.ts')),
  ),
);

/** A relative address as a path from the project's folder, with the ending of the file that it means. */
function targetOf(file, address) {
  const path = posix.normalize(posix.join(dirname(file).split(sep).join('/'), address.replace(/\?.*$/, '')));
  return (
    [path, `${path}.ts`, `${path}.tsx`].find((one) => /\.\w+$/.test(one) && existsSync(join(root, one))) ??
    (/\.\w+$/.test(path) ? path : `${path}.ts`)
  );
}

const doors = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = inProject(context.filename);
    const room = roomOf(file);
    if (!room) return {};
    const check = (node) => {
      const address = node?.type === 'Literal' ? node.value : null;
      if (typeof address !== 'string') return;
      if (!address.startsWith('.')) {
        const guarded = GUARDED.some((pattern) => pattern.test(address));
        if (guarded && !room.packages.some((pattern) => pattern.test(address)))
          context.report({ node, message: `${room.name} does not know ${address}.` });
        return;
      }
      const other = roomOf(targetOf(file, address.replace('*', 'any')));
      if (!other || other === room || room.imports.includes(other.name)) return;
      context.report({ node, message: `There is no door from ${room.name} to ${other.name}.` });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      NewExpression: (node) => node.callee.name === 'URL' && check(node.arguments[0]),
      CallExpression: (node) =>
        node.callee.type === 'MemberExpression' && node.callee.property.name === 'glob' && check(node.arguments[0]),
    };
  },
};

const modelNames = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = inProject(context.filename);
    const own = /^workers\/models\/([^/]+)\//.exec(file)?.[1];
    if (!roomOf(file)) return {};
    const refuse = (node, word) => {
      if (!MODEL_IDS.has(word) || word === own || FOREIGN_WORDS[file]?.includes(word)) return;
      context.report({
        node,
        message: `“${word}” is known in workers/models/${word} alone; declare in its table what is needed here.`,
      });
    };
    return {
      Literal: (node) => {
        // A loss term may be called as a model is.
        const term = node.parent.type === 'Property' && node.parent.key.name === 'key';
        if (typeof node.value === 'string' && !term) refuse(node, node.value);
      },
      TemplateElement: (node) => refuse(node, node.value.cooked),
      Property: (node) => !node.computed && node.key.type === 'Identifier' && refuse(node, node.key.name),
    };
  },
};

/** The rules of the house, as an ESLint plugin. */
export const rooms = { rules: { doors, 'model-names': modelNames } };
