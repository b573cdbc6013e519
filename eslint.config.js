// The house's rules that a machine can check: types are kept, files hold one idea, arrows between folders point one way.
import tseslint from 'typescript-eslint'

const forbid = (...group) => ['error', { patterns: [{ group, message: 'See "Data flows one way" in docs/architecture.md.' }] }]

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'fixtures/', 'bench/programs/', 'bench/results/', '**/.reprise/'] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
      'no-unsafe-finally': 'error',
      // Compiled forms and prototypes replaced by ours speak of two objects at a time.
      '@typescript-eslint/no-this-alias': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true }]
    }
  },
  { files: ['runtime/**'], rules: { 'no-restricted-imports': forbid('typescript', '**/transformer/**', '**/cli/**') } },
  { files: ['transformer/**'], rules: { 'no-restricted-imports': forbid('**/cli/**', '**/runtime/store/**', '**/runtime/restore/**', '**/runtime/capture/**', '**/runtime/tasks/**') } },
  { files: ['test/differential/**'], rules: { 'no-restricted-imports': forbid('**/runtime/**', '**/transformer/**', '**/cli/**') } }
)
