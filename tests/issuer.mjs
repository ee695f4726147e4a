// An OpenID Connect issuer for the tests: npm's oidc-provider, on a free port, which it prints. Users, clients and keys come
// by standard input. POST /users/{sub} {"disabled": true, …claims} changes a user, and POST /forged {…claims} the claims of the next ID
// token, which is signed all the same: what a client must refuse although the signature is right.
import { createPrivateKey, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { Provider } from 'oidc-provider'

const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()
// A relay has to know this address before its own is known here. So requests wait until the input has come.
const input = json(process.stdin).then(({ users, clients, jwks }) => ({ users, key: jwks.keys[0], answer: provider(users, clients, jwks).callback() }))
let forged = null
server.on('request', async (request, response) => {
  const { users, key, answer } = await input
  const [, where, sub] = request.url.split('/')
  if (where === 'forged') {
    forged = await json(request)
    return response.end()
  }
  if (where === 'token' && forged !== null) {
    forge(response, key, forged)
    forged = null
  }
  if (where !== 'users') return answer(request, response)
  users[sub] = { ...users[sub], ...(await json(request)) }
  response.end()
})
console.log(port)

const provider = (users, clients, jwks) => new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks,
  cookies: { keys: ['for the tests'] },
  claims: { openid: ['sub', 'sid'], profile: ['preferred_username', 'name', 'groups'], email: ['email'] },
  features: {
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    devInteractions: { enabled: true },
  },
  // Its own refuses loopback, and waits for 2.5 seconds only.
  fetch: (url, { method, headers, body }) => fetch(url, { method, headers, body }),
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, RefreshToken: 3600, Session: 3600 },
  findAccount: (_, sub) => (users[sub]?.disabled ? undefined : { accountId: sub, claims: () => ({ sub, ...users[sub] }) }),
})

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Let this answer of the token endpoint have an ID token with other claims; null leaves one out. */
const forge = (response, key, claims) => {
  const end = response.end.bind(response)
  response.end = (body) => {
    const tokens = JSON.parse(body)
    const [header, payload] = tokens.id_token.split('.')
    const given = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims }
    const signed = `${header}.${base64(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)))}`
    const signature = sign('sha256', Buffer.from(signed), createPrivateKey({ key, format: 'jwk' })).toString('base64url')
    const answer = JSON.stringify({ ...tokens, id_token: `${signed}.${signature}` })
    response.setHeader('content-length', Buffer.byteLength(answer))
    return end(answer)
  }
}
