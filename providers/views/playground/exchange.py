"""The messages of the relying party. They go to the endpoints' own functions: one process that serves cannot call itself over HTTP."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote_plus, urlencode, urlsplit

from providers import issuer, jose
from providers.endpoints import ENDPOINTS, chain
from providers.messages import EndpointRequest
from providers.views.playground import checks
from providers.views.playground.evidence import NOTHING, Attempt, Evidence, IdToken, Message, Party

FORM = "application/x-www-form-urlencoded"


def discover(party: Party) -> Message:
    """The issuer's metadata (OpenID Connect Discovery 1.0 §4)."""
    return _send(party, "GET", f"{party.issuer}.well-known/openid-configuration")


def authorization_url(party: Party, attempt: Attempt, metadata: Mapping[str, str]) -> str:
    """Where the browser is sent (RFC 6749 §4.1.1)."""
    parameters = {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": party.redirect_uri,
        "scope": attempt.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.code_challenge,
        "code_challenge_method": "S256",
        **({"prompt": attempt.prompt} if attempt.prompt else {}),
    }
    return f"{metadata['authorization_endpoint']}?{urlencode(parameters)}"


def complete(evidence: Evidence) -> Evidence:
    """Check the answer and, if it holds, fetch tokens, keys and userinfo. Stops at the first message that does not help."""
    party, attempt, metadata = evidence.party, evidence.attempt, evidence.metadata
    if "code" not in evidence.answer or not checks.may_be_believed(evidence):
        return evidence
    token = _redeem(party, attempt, metadata.body, evidence.answer["code"])
    if not token.is_good:
        return replace(evidence, token=token)
    keys = _send(party, "GET", metadata.body["jwks_uri"])
    id_token = open_id_token(str(token.body.get("id_token", "")), keys.body, party.algorithm)
    bearer = {"authorization": f"Bearer {token.body.get('access_token', '')}"}
    userinfo = _send(party, "GET", metadata.body["userinfo_endpoint"], headers=bearer)
    return replace(evidence, token=token, keys=keys, id_token=id_token, userinfo=userinfo)


def open_id_token(text: str, jwks: Mapping[str, object], algorithm: str) -> IdToken:
    """Take an ID token apart and verify its signature with the published keys (OpenID Connect Core 1.0 §3.1.3.7)."""
    try:
        header = jose.read_header(text)
        said = jose.strict_json(jose.b64url_decode(text.split(".")[1]))
    except (jose.BadJWT, ValueError) as error:
        return IdToken(problem=str(error))
    said = said if isinstance(said, dict) else NOTHING
    try:
        return IdToken(header, said, jose.verify(text, jose.public_keys(jwks), [algorithm]))
    except jose.BadJWT as error:
        return IdToken(header, said, problem=str(error))


def _redeem(party: Party, attempt: Attempt, metadata: Mapping[str, str], code: str) -> Message:
    """RFC 6749 §4.1.3, authenticated with `client_secret_basic` (§2.3.1)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.redirect_uri,
        "code_verifier": attempt.code_verifier,
    }
    credentials = f"{quote_plus(party.client_id)}:{quote_plus(party.client_secret)}".encode()
    headers = {"authorization": f"Basic {base64.b64encode(credentials).decode('ascii')}", "content-type": FORM}
    return _send(party, "POST", metadata["token_endpoint"], headers=headers, form=form)


def _send(party: Party, method: str, url: str, *, headers: Mapping[str, str] = NOTHING, form: Mapping[str, str] = NOTHING) -> Message:
    path = urlsplit(url).path
    route = issuer.split(path)
    if route is None or route.tail not in ENDPOINTS:
        return Message(method, url, form, 404)
    request = EndpointRequest(method, path, headers={"accept": "application/json", **headers}, body=urlencode(form).encode(), ip=party.ip)
    response = chain.respond(request, route)
    try:
        body = jose.strict_json(response.body)
    except ValueError:
        body = NOTHING
    kept = {name.lower(): value for name, value in response.headers}
    return Message(method, url, form, response.status, kept, body if isinstance(body, dict) else NOTHING)
