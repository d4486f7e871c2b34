import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** The doors between rooms: what a room may not import. */
const closed = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }] },
});

const tensorflow = [['@tensorflow/*', '@tensorflow/**'], 'Only workers/engine and workers/models know tfjs.'];
const react = [
  ['react', 'react-dom', 'react-dom/*', 'react-router', 'recharts', 'radix-ui'],
  'Workers know nothing of React.',
];
const page = [
  ['**/src/app/*', '**/src/charts/*', '**/src/features/**', '**/src/state/*'],
  'Workers know nothing of the page.',
];
const workers = [
  ['**/workers/**', '!**/workers/*.worker?worker'],
  'The page never imports workers; src/state creates them by URL.',
];
const zod = [['zod', 'zod/**'], 'src/sharing/schemas.ts has zod as the content policy allows it.'];

export default tseslint.config(
  { ignores: ['dist', '.cache', 'node_modules', 'test-results', 'workers/engine/simd/assembly'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  { files: ['src/**/*.{ts,tsx}'], plugins: { 'react-hooks': hooks }, rules: hooks.configs.recommended.rules },
  closed(
    ['src/domain/**'],
    [
      tensorflow,
      react,
      workers,
      [
        [
          '**/storage/*',
          '**/sharing/*',
          '**/state/*',
          '**/app/*',
          '**/charts/*',
          '**/features/**',
          'idb-keyval',
          'zustand',
        ],
        'src/domain imports nothing of ours.',
      ],
    ],
  ),
  closed(['src/!(domain)/**', 'src/*.tsx'], [tensorflow, workers, zod]),
  closed(['src/sharing/schemas.ts'], [tensorflow, workers]),
  closed(['workers/!(engine|models)/**', 'workers/*.ts'], [tensorflow, react, page, zod]),
  closed(['workers/{engine,models}/**'], [react, page, zod]),
  closed(['cli/**'], [tensorflow, react, page]),
  // A switch over a union names every member: what is added to the union is then missed nowhere.
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'error' },
  },
  // Typed-array loops are in bounds by construction; a default there would hide a defect.
  {
    files: ['workers/engine/kernels/*.ts', 'workers/engine/rows.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['tests/**', 'src/domain/models/table.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-assertions': 'off',
    },
  },
);
