import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { rooms } from './eslint.rooms.js';

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
  {
    files: ['{src,workers,cli}/**/*.{ts,tsx}'],
    plugins: { rooms },
    rules: { 'rooms/doors': 'error', 'rooms/model-names': 'error' },
  },
  {
    // The content policy allows no code from text: zod comes through one file that tells it so.
    files: ['src/**/*.{ts,tsx}', 'workers/**/*.ts'],
    ignores: ['src/documents/schemas.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['zod', 'zod/**'], message: 'Import zod from src/documents/schemas.ts.' }] },
      ],
    },
  },
  // A switch over a union names every member: what is added to the union is then missed nowhere.
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'error' },
  },
  // Typed-array loops are in bounds by construction; a default there would hide a defect.
  {
    files: [
      'workers/engine/kernels/*.ts',
      'workers/engine/rows.ts',
      'workers/training/negatives.ts',
      'workers/training/sampler.ts',
    ],
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
