// tsc knows the names and the types; ESLint looks for what is written by mistake.
import js from '@eslint/js'

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-undef': 'off', // tsc checks names, in the browser's and in Node's world
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'array-callback-return': 'error',
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-constructor-return': 'error',
      'no-duplicate-imports': 'error',
      'no-promise-executor-return': 'off', // `new Promise((resolve) => setTimeout(resolve))` is how a turn is waited for
      'no-self-compare': 'error',
      'no-shadow-restricted-names': 'error',
      'no-template-curly-in-string': 'error',
      'no-unneeded-ternary': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-object-has-own': 'error',
      'prefer-template': 'error',
      yoda: 'error',
    },
  },
  // What the browser tests put into a page: pieces of script, each called by what follows.
  { files: ['tests/client_web/*.js'], rules: { 'no-unused-vars': 'off' } },
]
