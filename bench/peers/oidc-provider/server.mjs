// Peer: panva's oidc-provider. STORE=pg (one table, prepared statements, pool of 8) or STORE=memory (unbounded map).
// Signs in one fixed account without asking, so that the benchmark driver can follow redirects.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { memoryAdapter } from './memory.mjs';
import { openPgAdapter } from './postgres.mjs';

const port = Number(process.env.PORT ?? 9602);
const issuer = `http://127.0.0.1:${port}`;
const adapter = process.env.STORE === 'pg' ? await openPgAdapter(process.env.DATABASE_URL) : memoryAdapter();

const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const rs256 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const account = {
  accountId: 'alice',
  claims: async () => ({ sub: 'alice', name: 'Alice Liddell', preferred_username: 'alice', email: 'alice@example.org', email_verified: true }),
};

const provider = new Provider(issuer, {
  adapter,
  jwks: { keys: [{ ...es256, use: 'sig', alg: 'ES256', kid: 'es' }, { ...rs256, use: 'sig', alg: 'RS256', kid: 'rs' }] },
  cookies: { keys: ['bench-cookie-key'] },
  scopes: ['openid', 'profile', 'email', 'offline_access', 'read'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  clients: [
    { client_id: 'svc', client_secret: 'svc-secret-svc-secret-svc-secret-svc', redirect_uris: [], response_types: [], grant_types: ['client_credentials'], scope: 'read', token_endpoint_auth_method: 'client_secret_basic' },
    { client_id: 'web', client_secret: 'web-secret-web-secret-web-secret-web', redirect_uris: ['https://rp.example/cb'], response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'ES256' },
  ],
  findAccount: async () => account,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, ClientCredentials: 600, AuthorizationCode: 60, IdToken: 600, RefreshToken: 86400, Grant: 86400, Session: 86400, Interaction: 600 },
});

async function interaction(req, res) {
  const { prompt, params, session } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') return provider.interactionFinished(req, res, { login: { accountId: account.accountId } });
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const callback = provider.callback();
createServer((req, res) => {
  if (!req.url.startsWith('/interaction/')) return callback(req, res);
  return interaction(req, res).catch((error) => { res.statusCode = 500; res.end(String(error)); });
}).listen(port, '127.0.0.1');
