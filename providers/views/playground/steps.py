"""Rows for the page: a name, a value and what it is for. What could be used by somebody who looks over a shoulder is shortened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers import jose
from providers.views.playground import checks, words
from providers.views.playground.evidence import Evidence, Message

SHORTENED = frozenset({"code", "code_verifier", "access_token", "refresh_token", "id_token"})
INSTANTS = frozenset({"exp", "iat", "nbf", "auth_time", "updated_at"})
KEPT = 10


@dataclass(frozen=True)
class Row:
    """One line of a message. `length` is that of a value of which only the beginning is shown."""

    name: str
    value: str
    purpose: str
    length: int = 0


@dataclass(frozen=True)
class AccessToken:
    """The access token as anybody may see it: opaque, or a JWT with its members."""

    is_jwt: bool
    header: tuple[Row, ...]
    claims: tuple[Row, ...]


def context(evidence: Evidence) -> dict[str, Any]:
    """Everything that the result page shows."""
    made = checks.of(evidence)
    red = [check for check in made if not check.ok]
    return {
        "asked": {"url": evidence.authorization_url.partition("?")[0], "rows": query_rows(evidence.authorization_url)},
        "answered": {
            "url": evidence.party.redirect_uri,
            "rows": rows(evidence.answer.items(), words.PARAMETERS),
            "has_code": "code" in evidence.answer,
        },
        "error": error_of(evidence),
        "token": _token(evidence.token) if evidence.token else None,
        "id_token": _id_token(evidence),
        "access_token": _access_token(evidence),
        "userinfo": _userinfo(evidence.userinfo) if evidence.userinfo else None,
        "checks": made,
        "red": red,
        "all_green": checks.is_complete(evidence) and not red,
        "person": _person(evidence),
    }


def rows(members: Iterable[tuple[str, Any]], purposes: Mapping[str, str]) -> tuple[Row, ...]:
    """One row a member, in order."""
    return tuple(_row(name, value, purposes.get(name, "")) for name, value in members)


def query_rows(url: str) -> tuple[Row, ...]:
    """The parameters of a URL."""
    return rows(parse_qsl(urlsplit(url).query, keep_blank_values=True), words.PARAMETERS)


def error_of(evidence: Evidence) -> dict[str, str] | None:
    """What went wrong, by whoever said so first: the authorization endpoint or the token endpoint. Strangers are not quoted."""
    if not checks.may_be_believed(evidence):
        return None
    refused = evidence.token.body if evidence.token is not None and not evidence.token.is_good else {}
    said: Mapping[str, Any] = evidence.answer if "error" in evidence.answer else refused
    code = str(said.get("error", ""))
    if not code:
        return None
    return {"code": code, "description": str(said.get("error_description", "")), "sentence": words.ERRORS.get(code, words.UNKNOWN_ERROR)}


def _row(name: str, value: Any, purpose: str) -> Row:
    if name in SHORTENED and isinstance(value, str) and len(value) > KEPT:
        return Row(name, value[:KEPT], purpose, len(value))
    if name in INSTANTS:
        return Row(name, checks.instant(value), purpose)
    if isinstance(value, bool):
        return Row(name, "true" if value else "false", purpose)
    return Row(name, "(none)" if value in ("", []) else checks.shown(value), purpose)


def _token(message: Message) -> dict[str, Any]:
    hidden = Row("Authorization", "Basic ••••••••", words.PARAMETERS["Authorization"])
    return {
        "url": message.url,
        "status": message.status,
        "sent": (hidden, *rows(message.form.items(), words.PARAMETERS)),
        "got": rows(message.body.items(), words.PARAMETERS),
    }


def _id_token(evidence: Evidence) -> dict[str, Any] | None:
    token = evidence.id_token
    if token is None:
        return None
    return {"header": rows(token.header.items(), words.CLAIMS), "claims": rows(token.said.items(), words.CLAIMS)}


def _access_token(evidence: Evidence) -> AccessToken | None:
    token = str(evidence.token.body.get("access_token", "")) if evidence.token is not None else ""
    if not token:
        return None
    try:
        header = jose.read_header(token)
        claims = jose.strict_json(jose.b64url_decode(token.split(".")[1]))
    except (jose.BadJWT, ValueError):
        return AccessToken(is_jwt=False, header=(), claims=())
    return AccessToken(is_jwt=True, header=rows(header.items(), words.CLAIMS), claims=rows(claims.items(), words.CLAIMS))


def _userinfo(message: Message) -> dict[str, Any]:
    return {"url": message.url, "status": message.status, "rows": rows(message.body.items(), {**words.PARAMETERS, **words.CLAIMS})}


def _person(evidence: Evidence) -> str:
    claims = evidence.id_token.claims if evidence.id_token is not None else {}
    return str(claims.get("name") or claims.get("preferred_username") or claims.get("sub") or "")
