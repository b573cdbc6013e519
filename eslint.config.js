// The house's rules that a machine can check: types are kept, files hold one idea, arrows between folders point one way.
import stylistic from '@stylistic/eslint-plugin'
import tseslint from 'typescript-eslint'

const forbid = (...group) => ['error', { patterns: [{ group, message: 'See "Data flows one way" in docs/architecture.md.' }] }]

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'fixtures/', 'bench/programs/', 'bench/results/', '**/.reprise/'] },
  ...tseslint.configs.recommended,
  {
    plugins: { '@stylistic': stylistic },
    rules: {
      '@stylistic/semi': ['error', 'never'],
      '@stylistic/quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: 'always' }],
      '@stylistic/space-before-function-paren': ['error', 'always'],
      '@stylistic/member-delimiter-style': ['error', { multiline: { delimiter: 'none' }, singleline: { delimiter: 'comma' } }],
      '@stylistic/no-trailing-spaces': 'error',
      '@stylistic/no-tabs': 'error',
      '@stylistic/eol-last': 'error'
    }
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
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
