"""Client authentication: one module a method, one list, one function (RFC 6749 §2.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType

from providers import issuer, limits
from providers.client_auth import assertion, client_secret_basic, client_secret_jwt, client_secret_post, none, private_key_jwt
from providers.client_auth.credentials import Credentials, read
from providers.errors import InvalidClient, TooManyRequests
from providers.issuer import Route
from providers.messages import ClientRecord
from providers.statements import clients

METHODS: tuple[ModuleType, ...] = (client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt, none)
NAMES = tuple(method.name for method in METHODS)


@dataclass(frozen=True)
class Door:
    """Where a request came in: decides which clients are served and which audiences an assertion may name."""

    route: Route
    endpoint: str
    namespace: str = ""
    serves: Callable[[Route, ClientRecord], bool] = issuer.serves


def authenticate(headers: Mapping[str, str], form: Mapping[str, str], ip: str, door: Door) -> ClientRecord:
    """The client behind a request; raises `InvalidClient`, `InvalidRequest` or `TooManyRequests`.

    The record may be what this process kept; it is read again before a refusal. Whoever finds it `Stale` calls `reauthenticate`.
    """
    credentials = _credentials(headers, form, ip)
    subject = f"client:{credentials.client_id}|{ip}"
    if wait := limits.blocked("client_secret", subject):
        raise TooManyRequests("Too many failed attempts. Try again later.", rule="limit:client_secret", retry_after=wait)
    try:
        client = _verified(credentials, door, (False, True))
        if credentials.assertion:
            assertion.use_once(credentials.assertion, client)
    except InvalidClient:
        _count_failure(subject)
        raise
    return client


def reauthenticate(headers: Mapping[str, str], form: Mapping[str, str], ip: str, door: Door) -> ClientRecord:
    """The client as it is now, against which the same credentials hold; raises `InvalidClient`. An assertion is not used up again."""
    return _verified(_credentials(headers, form, ip), door, (True,))


def _credentials(headers: Mapping[str, str], form: Mapping[str, str], ip: str) -> Credentials:
    credentials = read(headers, form, ip)
    if credentials.method != "assertion":
        return credentials
    claimed = assertion.claimed_client_id(credentials.assertion)
    if credentials.client_id not in ("", claimed):
        raise InvalidClient("client_id differs from the subject of the assertion.", scheme="")
    return replace(credentials, pairs=((claimed, ""),))


def _verified(credentials: Credentials, door: Door, readings: tuple[bool, ...]) -> ClientRecord:
    refusal = InvalidClient(scheme="" if credentials.method == "assertion" else "Basic")
    for again in readings:
        try:
            client = _find(credentials, door, again=again)
            if _verifies(credentials, client, door) and client is not None and not client.disabled:
                return client
        except InvalidClient as error:
            refusal = error
    raise refusal


def _find(credentials: Credentials, door: Door, *, again: bool) -> ClientRecord | None:
    for client_id in dict.fromkeys(pair[0] for pair in credentials.pairs):
        client = clients.find(door.namespace, client_id, again=again)
        if client is not None:
            return client if door.serves(door.route, client) else None
    return None


def _verifies(credentials: Credentials, client: ClientRecord | None, door: Door) -> bool:
    registered = client.token_endpoint_auth_method if client is not None else ""
    tried = [method for method in METHODS if method.matches(credentials)]
    # Exactly one module is asked: the one the client is registered for, else the first, which then has nothing to find.
    method = next((one for one in tried if registered in one.registered_as), tried[0])
    known = client if client is not None and registered in method.registered_as else None
    return bool(method.verify(credentials, known, _audiences(client, door)))


def _audiences(client: ClientRecord | None, door: Door) -> frozenset[str]:
    if client is None:
        return frozenset()
    own = issuer.of_client(client)
    return frozenset({own.url, own.endpoints["token_endpoint"], door.endpoint})


def _count_failure(subject: str) -> None:
    # Secrets have 256 bits: counting failures, not attempts, keeps the hot path free of a write.
    if wait := limits.attempt("client_secret", subject):
        raise TooManyRequests("Too many failed attempts. Try again later.", rule="limit:client_secret", retry_after=wait)
