// An OpenID Connect provider on this machine, for tests: node serve.mjs CONFIGURATION.json
//
// The file holds:
//   host, port     where it listens; port 0 is any that is free. The issuer follows from them.
//   clients        [{id, secret, keys (a JWK Set in its place, or null), redirect_uris,
//                    post_logout_redirect_uris, backchannel_logout_uri (or null), algorithm}]
//   accounts       {login name: claims}; whoever types the name is signed in
//   scopes         {scope: [claims]}
//   forms          whether it takes forms of other sites
//   in_id_token    whether the claims stand in the ID token, or at the userinfo endpoint alone
//
// It writes its issuer on one line when it listens, and ends when its standard input ends.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const tools = createRequire(new URL('../../.tools/', import.meta.url));
const { Provider } = await import(pathToFileURL(tools.resolve('oidc-provider')));

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf-8'));

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text).replace(/[&<>"']/g, (found) => ESCAPES[found]);

const page = (title, body) => `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body><main><h1>${escaped(title)}</h1>
${body}
</main></body>
</html>
`;

const loginPage = (told) => page('Test provider', `<form method="post">
${told ? `<p role="alert">${escaped(told)}</p>` : ''}
<p><label for="login">Login name</label> <input id="login" name="login" autofocus></p>
<p><button type="submit" name="what" value="login">Sign in</button>
<button type="submit" name="what" value="cancel">Cancel</button></p>
</form>`);

function newKeys() {
  const made = [
    ['RS256', 'rsa', { modulusLength: 2048 }],
    ['PS256', 'rsa', { modulusLength: 2048 }],
    ['ES256', 'ec', { namedCurve: 'P-256' }],
    ['EdDSA', 'ed25519', {}],
  ];
  return made.map(([alg, kind, options]) => ({
    ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
    alg,
    kid: randomUUID(),
    use: 'sig',
  }));
}

// Nobody is asked whether the application may know what it asks for.
async function loadExistingGrant(ctx) {
  const { client, provider, session, params, result } = ctx.oidc;
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const kept = known && await provider.Grant.find(known);
  const grant = kept || new provider.Grant({
    accountId: session.accountId,
    clientId: client.clientId,
  });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

function configuration() {
  return {
    clients: wanted.clients.map((client) => ({
      client_id: client.id,
      ...(client.keys
        ? { token_endpoint_auth_method: 'private_key_jwt', jwks: client.keys }
        : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.secret }),
      redirect_uris: client.redirect_uris,
      post_logout_redirect_uris: client.post_logout_redirect_uris,
      id_token_signed_response_alg: client.algorithm,
      ...(client.backchannel_logout_uri && {
        backchannel_logout_uri: client.backchannel_logout_uri,
        backchannel_logout_session_required: true,
      }),
    })),
    claims: { openid: ['sub'], ...wanted.scopes },
    conformIdTokenClaims: !wanted.in_id_token,
    cookies: {
      keys: [randomUUID()],
      ...(wanted.forms && { long: { httpOnly: true, sameSite: 'none', secure: true } }),
    },
    enableHttpPostMethods: wanted.forms,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = page('Sign out of the test provider?', `${form}
<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>`);
        },
        postLogoutSuccessSource(ctx) {
          ctx.body = page('Signed out of the test provider', '');
        },
      },
    },
    // By itself it refuses to send anything to this machine, where the application listens.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (ctx, login) => Object.hasOwn(wanted.accounts, login) && {
      accountId: login,
      claims: () => ({ sub: login, ...wanted.accounts[login] }),
    },
    interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: newKeys() },
    loadExistingGrant,
    pkce: { required: () => true },
    renderError(ctx, out) {
      ctx.type = 'html';
      const lines = Object.entries(out).map(([key, value]) => `<p>${escaped(`${key}: ${value}`)}</p>`);
      ctx.body = page('The test provider refuses', lines.join('\n'));
    },
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  };
}

async function formOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

function show(response, status, html) {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(html);
}

async function interact(provider, request, response) {
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    show(response, 200, loginPage());
    return;
  }
  const form = await formOf(request);
  const login = form.get('login') ?? '';
  if (form.get('what') === 'cancel') {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
  } else if (Object.hasOwn(wanted.accounts, login)) {
    await provider.interactionFinished(request, response, { login: { accountId: login } });
  } else {
    show(response, 200, loginPage('There is no such login name.'));
  }
}

const server = createServer();
server.listen(wanted.port, '127.0.0.1', () => {
  const issuer = `http://${wanted.host}:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  // The cookies that go with forms of other sites are for HTTPS alone, which nobody speaks here.
  if (wanted.forms) Object.defineProperty(provider.request, 'secure', { value: true });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => {
      show(response, 400, page('The test provider refuses', escaped(error.message)));
    });
  });
  process.stdout.write(`ISSUER ${issuer}\n`);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit());
