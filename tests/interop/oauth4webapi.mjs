// oauth4webapi as relying party: the checks that openid-client hides, made one by one.
import * as oauth from 'oauth4webapi'
import { finish, settings, visit } from './person.mjs'

const { issuer, clientId, secret, method, jwk, scope, callback, resource } = settings
const http = { [oauth.allowInsecureRequests]: true }
const client = { client_id: clientId }

async function authentication () {
  if (method === 'private_key_jwt') {
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
    return oauth.PrivateKeyJwt({ key, kid: jwk.kid })
  }
  return {
    client_secret_basic: () => oauth.ClientSecretBasic(secret),
    client_secret_post: () => oauth.ClientSecretPost(secret),
    client_secret_jwt: () => oauth.ClientSecretJwt(secret),
    none: () => oauth.None()
  }[method]()
}

async function discover (algorithm) {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...http, algorithm }))
}

const server = await discover('oidc')
const plain = await discover('oauth2') // RFC 8414
const auth = await authentication()

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const nonce = oauth.generateRandomNonce()
const url = new URL(server.authorization_endpoint)
for (const [name, value] of Object.entries({
  client_id: clientId,
  redirect_uri: callback,
  response_type: 'code',
  scope,
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256'
})) url.searchParams.set(name, value)

const parameters = oauth.validateAuthResponse(server, client, await visit(url), state)
const answer = await oauth.authorizationCodeGrantRequest(server, client, auth, parameters, callback, verifier, http)
const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: nonce, requireIdToken: true })
await oauth.validateApplicationLevelSignature(server, answer, http)
const claims = oauth.getValidatedIdTokenClaims(tokens)

const shown = await oauth.userInfoRequest(server, client, tokens.access_token, http)
const userinfo = await oauth.processUserInfoResponse(server, client, claims.sub, shown)

const renewed = await oauth.refreshTokenGrantRequest(server, client, auth, tokens.refresh_token, http)
const fresh = await oauth.processRefreshTokenResponse(server, client, renewed)

const found = { claims, userinfo, metadata: plain.issuer === server.issuer, refreshed: fresh.access_token !== tokens.access_token }

if (resource) { // RFC 9068: what a resource server checks
  const request = new Request(resource, { headers: { authorization: `Bearer ${fresh.access_token}` } })
  found.accessToken = await oauth.validateJwtAccessToken(server, request, settings.audience, http)
}
if (method !== 'none') {
  const asked = await oauth.introspectionRequest(server, client, auth, fresh.access_token, http)
  found.before = await oauth.processIntrospectionResponse(server, client, asked)
  const machine = await oauth.clientCredentialsGrantRequest(server, client, auth, { scope: 'groups' }, http)
  found.machine = await oauth.processClientCredentialsResponse(server, client, machine)
}
const revoked = await oauth.revocationRequest(server, client, auth, fresh.access_token, http)
await oauth.processRevocationResponse(revoked)
const refused = await oauth.userInfoRequest(server, client, fresh.access_token, http)
found.refused = refused.status
finish(found)
