"""Which key signs for a client."""

from providers import client_secrets as secret
from providers.errors import ServerError
from providers.jose import SYMMETRIC_ALGORITHMS, Signer
from providers.messages import ClientRecord
from providers.statements.registry import Snapshot

DEFAULT = "default"
DEFAULT_ALGORITHM = "RS256"


def key_name(client: ClientRecord, algorithm: str = "") -> str:
    """The name of the key series: the client's own, else the shared one of the algorithm."""
    wanted = algorithm or client.id_token_signed_response_alg
    if client.key_name and not algorithm:
        return client.key_name
    if wanted in ("", DEFAULT_ALGORITHM, *SYMMETRIC_ALGORITHMS):
        return DEFAULT
    return f"{DEFAULT}-{wanted.lower()}"


def signer_for(client: ClientRecord, snapshot: Snapshot, *, algorithm: str = "", symmetric: bool = True) -> Signer:
    """The key that signs for a client now; raises `ServerError` when it has gone missing.

    With `symmetric` off an HS256 client gets an asymmetric key: an access token is for others to verify.
    """
    wanted = algorithm or client.id_token_signed_response_alg
    if wanted in SYMMETRIC_ALGORITHMS and symmetric:
        live = secret.reveal(client)
        if not live:
            raise ServerError("The client has no secret to sign with.", rule="signing_key")
        return Signer("", wanted, live[0].encode())
    try:
        return snapshot.signer(key_name(client, algorithm))
    except LookupError as error:
        raise ServerError("No signing key.", detail=str(error), rule="signing_key") from error


def key_names(client: ClientRecord) -> set[str]:
    """All series that may sign for a client: what its issuer publishes."""
    names = set()
    if client.id_token_signed_response_alg not in SYMMETRIC_ALGORITHMS or client.access_token_format == "jwt":
        names.add(key_name(client))
    if client.userinfo_signed_response_alg and client.userinfo_signed_response_alg not in SYMMETRIC_ALGORITHMS:
        names.add(key_name(client, client.userinfo_signed_response_alg))
    return names
