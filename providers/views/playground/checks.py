"""Every check that a careful relying party makes, in the order in which it makes them. Pure: evidence in, verdicts out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from providers import jose
from providers.views.playground.evidence import Evidence, IdToken, Message

CORE = "OpenID Connect Core"
# Clocks of two machines differ a little.
LEEWAY = 10
TOO_OLD = 300
NOBODY = Message("", "")


@dataclass(frozen=True)
class Check:
    """A verdict: what was compared with what, why, and who says so."""

    name: str
    ok: bool
    sentence: str
    expected: str
    found: str
    clause: str


Verdict = Callable[[Evidence], Check]


def of(evidence: Evidence) -> list[Check]:
    """The checks that can be made as far as the sign-in came."""
    made = [check(evidence) for check in ANSWER]
    if evidence.token is not None:
        made += [check(evidence) for check in TOKEN_ANSWER]
    if evidence.id_token is not None:
        made += [check(evidence) for check in ID_TOKEN]
    return made


def may_be_believed(evidence: Evidence) -> bool:
    """Whether the answer is one to this very request, be it a code or an error."""
    return all(check(evidence).ok for check in ANSWER)


def is_complete(evidence: Evidence) -> bool:
    """Whether the sign-in came to its end, so that nothing is left to check."""
    return evidence.userinfo is not None


def s256(verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636 §4.2)."""
    return jose.b64url(hashlib.sha256(verifier.encode("ascii")).digest())


def instant(seconds: Any) -> str:
    """A NumericDate with its time of day (RFC 7519 §2)."""
    if not _is_number(seconds):
        return shown(seconds)
    return f"{seconds} ({datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC)"


def shown(value: Any) -> str:
    """A value as the page writes it."""
    if value is None or value == "":
        return "nothing"
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _equal(name: str, sentence: str, clause: str, expected: Any, found: Any) -> Check:
    return Check(name, expected == found and found not in (None, ""), sentence, shown(expected), shown(found), clause)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**40


def _token(evidence: Evidence) -> Message:
    return evidence.token or NOBODY


def _id_token(evidence: Evidence) -> IdToken:
    return evidence.id_token or IdToken()


# --- the answer to the authorization request ---------------------------------------------------------------------------


def _state(evidence: Evidence) -> Check:
    sentence = "The answer belongs to the request that this very browser made."
    return _equal("state", sentence, "RFC 6749 §10.12", evidence.attempt.state, evidence.answer.get("state"))


def _issuer_of_answer(evidence: Evidence) -> Check:
    sentence = "The answer comes from the server that was asked, not from another one that the client knows."
    return _equal("answer-iss", sentence, "RFC 9207 §2.4", evidence.party.issuer, evidence.answer.get("iss"))


def _unrepeated(evidence: Evidence) -> Check:
    sentence = "No parameter came twice, so nobody can mean another one than we do."
    found = " ".join(evidence.repeated) or "no parameter twice"
    return Check("answer-unrepeated", not evidence.repeated, sentence, "no parameter twice", found, "RFC 6749 §3.1")


def _metadata(evidence: Evidence) -> Check:
    sentence = "The metadata describe the server that the client was set up with."
    found = evidence.metadata.body.get("issuer")
    return _equal("metadata-issuer", sentence, "OpenID Connect Discovery §4.3", evidence.party.issuer, found)


def _pkce(evidence: Evidence) -> Check:
    sentence = "The code was bound to a secret of this client (PKCE), by a method that the server knows."
    methods = evidence.metadata.body.get("code_challenge_methods_supported") or []
    ok = "S256" in methods and s256(evidence.attempt.code_verifier) == evidence.attempt.code_challenge
    found = f"{evidence.attempt.code_challenge} by {'S256' if 'S256' in methods else shown(methods)}"
    return Check("pkce", ok, sentence, f"{s256(evidence.attempt.code_verifier)} by S256", found, "RFC 7636 §4.2, RFC 9700 §2.1.1")


# --- the answer to the token request -----------------------------------------------------------------------------------


def _token_status(evidence: Evidence) -> Check:
    token = _token(evidence)
    found = f"{token.status} {token.headers.get('content-type', '')} {token.body.get('error', '')}".strip()
    ok = token.is_good and token.headers.get("content-type", "").startswith("application/json")
    return Check("token-status", ok, "The server took the code and answered with JSON.", "200 application/json", found, "RFC 6749 §5.1")


def _no_store(evidence: Evidence) -> Check:
    found = _token(evidence).headers.get("cache-control", "")
    ok = "no-store" in [word.strip().lower() for word in found.split(",")]
    return Check("token-no-store", ok, "No cache on the way keeps the tokens.", "no-store", shown(found), "RFC 6749 §5.1")


def _token_type(evidence: Evidence) -> Check:
    found = str(_token(evidence).body.get("token_type", ""))
    sentence = "The access token is of a kind that this client knows how to present."
    return Check("token-type", found.lower() == "bearer", sentence, "Bearer", shown(found), "RFC 6749 §7.1")


def _scope(evidence: Evidence) -> Check:
    asked, got = evidence.attempt.scope, str(_token(evidence).body.get("scope", evidence.attempt.scope))
    ok = "openid" in got.split() and set(got.split()) <= set(asked.split())
    return Check("scope", ok, "Nothing was granted that was not asked for; the person may have left some out.", asked, got, "RFC 6749 §3.3")


# --- the ID token ------------------------------------------------------------------------------------------------------


def _alg(evidence: Evidence) -> Check:
    sentence = "It is signed with the algorithm that was agreed on; the token does not choose."
    found = _id_token(evidence).header.get("alg")
    return _equal("alg", sentence, f"{CORE} §3.1.3.7 (7)", evidence.party.algorithm, found)


def _kid(evidence: Evidence) -> Check:
    kid = _id_token(evidence).header.get("kid")
    published = [str(key.get("kid")) for key in (evidence.keys or NOBODY).body.get("keys", []) if isinstance(key, dict)]
    sentence = "The key that it names is one of those that the issuer publishes."
    return Check("kid", kid in published, sentence, shown(published), shown(kid), "RFC 7515 §4.1.4, RFC 7517 §5")


def _signature(evidence: Evidence) -> Check:
    problem = _id_token(evidence).problem
    sentence = "The issuer signed exactly this text; every claim below is read only after that."
    ok = bool(_id_token(evidence).claims) and not problem
    return Check("signature", ok, sentence, "valid", problem or "valid", f"{CORE} §3.1.3.7 (6)")


def _iss(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("iss")
    return _equal("iss", "The issuer speaks for itself.", f"{CORE} §3.1.3.7 (2)", evidence.party.issuer, found)


def _aud(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("aud")
    audiences = found if isinstance(found, list) else [found]
    sentence = "It was issued to this client and to nobody whom this client does not trust."
    return Check("aud", audiences == [evidence.party.client_id], sentence, evidence.party.client_id, shown(found), f"{CORE} §3.1.3.7 (3)")


def _azp(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("azp")
    ok = bool(_id_token(evidence).claims) and found in (None, evidence.party.client_id)
    sentence = "If it names the party that it was issued to, that is this client."
    return Check("azp", ok, sentence, f"absent, or {evidence.party.client_id}", shown(found), f"{CORE} §3.1.3.7 (5)")


def _exp(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("exp")
    ok = _is_number(found) and found > evidence.now - LEEWAY
    return Check("exp", ok, "It has not expired.", f"after {instant(evidence.now)}", instant(found), f"{CORE} §3.1.3.7 (9)")


def _iat(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("iat")
    ok = _is_number(found) and evidence.now - TOO_OLD <= found <= evidence.now + LEEWAY
    return Check("iat", ok, "It was made just now.", f"about {instant(evidence.now)}", instant(found), f"{CORE} §3.1.3.7 (10)")


def _nonce(evidence: Evidence) -> Check:
    sentence = "It was made for this request: an old token that somebody put in its place has another nonce."
    found = _id_token(evidence).claims.get("nonce")
    return _equal("nonce", sentence, f"{CORE} §3.1.3.7 (11)", evidence.attempt.nonce, found)


def _auth_time(evidence: Evidence) -> Check:
    """Only `prompt=login` demands a new sign-in; otherwise the person may have signed in long before, never later."""
    found = _id_token(evidence).claims.get("auth_time")
    again = evidence.attempt.prompt == "login"
    earliest = evidence.attempt.started_at - LEEWAY if again else 0
    ok = _is_number(found) and earliest <= found <= evidence.now + LEEWAY
    sentence = "The person proved who they are after we asked for it." if again else "The person signed in before the token was made."
    expected = f"after {instant(evidence.attempt.started_at)}" if again else f"before {instant(evidence.now)}"
    return Check("auth_time", ok, sentence, expected, instant(found), f"{CORE} §3.1.3.7 (13)")


def _at_hash(evidence: Evidence) -> Check:
    algorithm = evidence.party.algorithm
    expected = jose.half_hash(str(_token(evidence).body.get("access_token", "")), algorithm)
    sentence = "The access token beside it is the one that it was issued with."
    return _equal("at_hash", sentence, f"{CORE} §3.1.3.8", expected, _id_token(evidence).claims.get("at_hash"))


def _sub(evidence: Evidence) -> Check:
    found = _id_token(evidence).claims.get("sub")
    ok = isinstance(found, str) and found.isascii() and 0 < len(found) <= 255
    sentence = "It names the person by an identifier that stays the same; together with iss it is the key to keep."
    return Check("sub", ok, sentence, "1 to 255 ASCII characters", shown(found), f"{CORE} §2")


def _userinfo_status(evidence: Evidence) -> Check:
    userinfo = evidence.userinfo or NOBODY
    found = f"{userinfo.status} {userinfo.headers.get('content-type', '')}".strip()
    ok = userinfo.is_good and userinfo.headers.get("content-type", "").startswith("application/json")
    return Check("userinfo-status", ok, "The access token opens the userinfo endpoint.", "200 application/json", found, f"{CORE} §5.3.2")


def _userinfo_sub(evidence: Evidence) -> Check:
    sentence = "Userinfo is about the same person as the ID token; otherwise it must not be used."
    expected, found = _id_token(evidence).claims.get("sub"), (evidence.userinfo or NOBODY).body.get("sub")
    return _equal("userinfo-sub", sentence, f"{CORE} §5.3.2", expected, found)


ANSWER: tuple[Verdict, ...] = (_state, _issuer_of_answer, _unrepeated, _metadata, _pkce)
TOKEN_ANSWER: tuple[Verdict, ...] = (_token_status, _no_store, _token_type, _scope)
ID_TOKEN: tuple[Verdict, ...] = (
    _alg, _kid, _signature, _iss, _aud, _azp, _exp, _iat, _nonce, _auth_time, _at_hash, _sub, _userinfo_status, _userinfo_sub,
)  # fmt: skip
