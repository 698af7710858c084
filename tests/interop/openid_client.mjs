// openid-client 6 as relying party: the whole life of a sign-in, each answer checked by the library.
import * as oidc from 'openid-client'
import { finish, settings, visit } from './person.mjs'

const { issuer, clientId, secret, method, jwk, scope, callback, signedOut } = settings

async function authentication () {
  if (method === 'private_key_jwt') {
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
    return oidc.PrivateKeyJwt({ key, kid: jwk.kid })
  }
  return {
    client_secret_basic: () => oidc.ClientSecretBasic(secret),
    client_secret_post: () => oidc.ClientSecretPost(secret),
    client_secret_jwt: () => oidc.ClientSecretJwt(secret),
    none: () => oidc.None()
  }[method]()
}

const config = await oidc.discovery(new URL(issuer), clientId, {}, await authentication(), {
  algorithm: settings.algorithm ?? 'oidc',
  execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]
})

const verifier = oidc.randomPKCECodeVerifier()
const state = oidc.randomState()
const nonce = oidc.randomNonce()
const back = await visit(oidc.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope,
  state,
  nonce,
  max_age: '3600',
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256'
}))
// Checks state, and `iss` because the metadata says that it is there (RFC 9207).
const tokens = await oidc.authorizationCodeGrant(config, back, {
  pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 3600, idTokenExpected: true
})
const claims = tokens.claims()
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token)
const found = { claims, userinfo, scope: tokens.scope, refreshed: fresh.access_token !== tokens.access_token, freshSub: fresh.claims()?.sub }

if (method !== 'none') {
  found.before = await oidc.tokenIntrospection(config, fresh.access_token)
  const machine = await oidc.clientCredentialsGrant(config, { scope: 'groups' })
  found.machine = await oidc.tokenIntrospection(config, machine.access_token)
}
await oidc.tokenRevocation(config, fresh.access_token)
if (method !== 'none') found.after = await oidc.tokenIntrospection(config, fresh.access_token)
found.refused = await oidc.fetchUserInfo(config, fresh.access_token, claims.sub).then(() => null, (error) => error.cause?.[0]?.parameters?.error ?? String(error))

const leaving = await visit(oidc.buildEndSessionUrl(config, {
  id_token_hint: fresh.id_token ?? tokens.id_token, post_logout_redirect_uri: signedOut, state: 'see-you'
}))
finish({ ...found, signedOut: leaving.href })
