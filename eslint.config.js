// tsc knows the names and the types; ESLint looks for what is written by mistake.
import js from '@eslint/js'

const MOST = 5

/** How many things a parameter is: each name that is taken out of an object of options counts. */
function countOf(parameter, { body }) {
  if (parameter.type === 'AssignmentPattern') return countOf(parameter.left, { body })
  if (parameter.type === 'RestElement') return 0
  if (parameter.type === 'ObjectPattern') return parameter.properties.filter(({ type }) => type === 'Property').length
  if (parameter.name !== 'options' || body.type !== 'BlockStatement') return 1
  const declared = body.body.flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
  return declared.filter(({ init }) => init?.name === 'options').reduce((sum, { id }) => sum + countOf(id, { body }), 0)
}

/** A factory with many collaborators has more than one job: split it, or give it the object that has several of them already. */
const fewCollaborators = {
  meta: { type: 'suggestion', schema: [], messages: { many: '`{{name}}` takes {{count}} things; at most {{most}}.' } },
  create(context) {
    function check(node, name, isExported) {
      const count = node.params.reduce((sum, parameter) => sum + countOf(parameter, node), 0)
      if (count > MOST && (isExported || /^create[A-Z]/.test(name))) context.report({ node, messageId: 'many', data: { name, count, most: MOST } })
    }
    return {
      FunctionDeclaration: (node) => check(node, node.id?.name ?? '', node.parent.type === 'ExportNamedDeclaration'),
      'VariableDeclarator > ArrowFunctionExpression': (node) => check(node, node.parent.id.name, node.parent.parent.parent.type === 'ExportNamedDeclaration'),
    }
  },
}

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
  { files: ['client_web/**'], plugins: { roomtone: { rules: { 'few-collaborators': fewCollaborators } } }, rules: {
    'roomtone/few-collaborators': 'error',
    'no-restricted-syntax': ['error', { selector: "AssignmentExpression[left.type='MemberExpression'][right.type=/Function/]", message: 'A function is given when an object is made, not put into it afterwards.' }],
  } },
  // What the browser tests put into a page: pieces of script, each called by what follows.
  { files: ['tests/client_web/*.js'], rules: { 'no-unused-vars': 'off' } },
]
