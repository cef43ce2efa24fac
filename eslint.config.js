import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const onlyHere = (/** @type {string[]} */ names, /** @type {string} */ where) => ({
  group: names.flatMap((name) => [name, `${name}/*`]),
  message: `Only ${where} may import this; everything else goes through it.`,
});
const terminalLibraries = onlyHere(
  ['chalk', 'cli-table3', 'ora', 'inquirer', 'fast-string-width'],
  'src/terminal',
);
const redisLibrary = onlyHere(['ioredis'], 'src/redis');
const originLibrary = onlyHere(['undici'], 'src/origin');
const commandLineLibrary = onlyHere(['commander'], 'src/cli/program.ts');
const pureRooms = {
  group: [
    '**/cli/context.ts',
    '**/redis/connect.ts',
    '**/terminal/prompt.ts',
    '**/terminal/streams.ts',
    'node:fs*',
    'node:net',
    'node:http*',
  ],
  message: 'This room is pure: it has no effects and knows nobody who has.',
};

/** @type {(...patterns: object[]) => Record<string, ['error', object]>} */
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const everything = [terminalLibraries, redisLibrary, originLibrary, commandLineLibrary];
const without = (/** @type {object} */ pattern) => everything.filter((candidate) => candidate !== pattern);

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'completions'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['bin/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      ...restrict(...everything),
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only src/host.ts touches the process.' },
        { name: 'console', message: 'Write through the context: results to stdout, messages to stderr.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the time from the host clock.' },
        { object: 'Math', property: 'random', message: 'Take random numbers from the host.' },
      ],
    },
  },
  {
    // CommonJS, which starts sooner and tells old Nodes what they lack.
    files: ['bin/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['src/host.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' } },
  { files: ['src/terminal/**'], rules: restrict(...without(terminalLibraries)) },
  { files: ['src/redis/**'], rules: restrict(...without(redisLibrary)) },
  { files: ['src/origin/**'], rules: restrict(...without(originLibrary)) },
  { files: ['src/cli/program.ts'], rules: restrict(...without(commandLineLibrary)) },
  {
    files: ['src/keys/**', 'src/values/**', 'src/units/**', 'src/text/**', 'src/html/**', 'src/histogram/**'],
    rules: restrict(...everything, pureRooms),
  },
  { files: ['test/**', 'examples/**'], rules: { '@typescript-eslint/require-await': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
