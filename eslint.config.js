import boundaries from 'eslint-plugin-boundaries';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Each folder of `src/` is a kind of element; a layer is known by its name, so that rooms can be told apart. */
const elements = [
  { type: 'room', pattern: 'src/layers/*', capture: ['room'] },
  { type: 'config', pattern: 'src/config' },
  { type: 'base', pattern: 'src/base' },
  { type: 'stack', pattern: 'src/stack' },
  { type: 'contract', pattern: 'src/local/contract' },
  { type: 'http', pattern: 'src/local/http' },
  { type: 'testing', pattern: 'src/local/testing' },
  { type: 'local', pattern: 'src/local' },
  { type: 'deploy', pattern: 'src/deploy' },
  { type: 'cli', pattern: 'src/cli' },
  { type: 'layers', pattern: 'src/layers' },
  { type: 'public', pattern: 'src' },
];

/** The room itself; its config alone; the type of the resolved config alone. */
const ownRoom = { element: { type: 'room', captured: { room: '{{from.element.captured.room}}' } } };
const roomConfig = { element: { type: 'room', fileInternalPath: 'config.ts' } };
const configType = { element: { type: 'config', fileInternalPath: 'config.ts' } };

/** Who may import whom. Rooms never import rooms, and nothing after synth imports the config. */
const allowed = [
  { from: 'public', allow: ['config', configType, 'base', 'stack'] },
  { from: 'base', allow: ['base'] },
  { from: 'config', allow: ['config', configType, 'base', roomConfig] },
  { from: 'stack', allow: ['stack', 'base', configType, 'contract'] },
  { from: 'contract', allow: ['contract', 'base', 'stack'] },
  { from: 'http', allow: ['http', 'contract', 'base', 'local'] },
  {
    from: 'room',
    allow: ['base', 'stack', 'contract', 'http', 'testing', configType, ownRoom],
  },
  { from: 'layers', allow: ['room', 'stack', 'contract'] },
  { from: 'testing', allow: ['contract', 'http', 'base', 'stack', 'local', 'testing'] },
  { from: 'local', allow: ['local', 'contract', 'http', 'testing', 'base', 'stack', 'deploy', 'layers'] },
  { from: 'deploy', allow: ['deploy', 'base', 'stack'] },
  { from: 'cli', allow: ['cli', 'public', 'base', 'config', configType, 'stack', 'local', 'deploy', 'layers'] },
];

const policies = allowed.map(({ from, allow }) => ({
  from: { element: { type: from } },
  allow: allow.map((target) => ({ to: typeof target === 'string' ? { element: { type: target } } : target })),
}));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'examples/**', '**/*.gen.ts', '**/.landfall/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'bin/*.js', 'scripts/*.mjs', 'bench/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { boundaries, 'import-x': importX },
    settings: {
      'boundaries/elements': elements,
      'boundaries/include': ['src/**/*.ts'],
      'import/resolver': { typescript: { alwaysTryTypes: true } },
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false }],
    },
  },
  { files: ['**/*.test.ts', 'test/**/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['**/*.mjs', '**/*.js'], ...tseslint.configs.disableTypeChecked },
);
