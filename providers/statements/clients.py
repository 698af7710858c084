"""Clients as each process keeps them, by name space and client id.

A kept client is used without asking; the statement that reads or writes on its behalf is conditional on its version and
status, and says `Stale` when either moved. Unknown ids are not kept.
"""

import threading
from collections import OrderedDict

from django.db.models import Prefetch
from django.utils import timezone

from audit.offload import blocking
from providers.messages import ClientRecord, SecretRecord
from providers.models import Client, ClientSecret
from providers.statements import Sql

LIMIT = 10_000
_VERSION = Sql("SELECT version, disabled FROM providers_client WHERE id = %s")
_cache: "OrderedDict[tuple[str, str], ClientRecord]" = OrderedDict()
_lock = threading.Lock()


def find(namespace: str, client_id: str, *, again: bool = False) -> ClientRecord | None:
    """A client, from memory or the database; `again` reads it anew."""
    key = (namespace, client_id)
    if not again and (kept := _cache.get(key)) is not None:
        return kept
    if not client_id or len(client_id) > 255:
        return None
    record = _load(namespace, client_id)
    with _lock:
        if record is None:
            _cache.pop(key, None)
        else:
            _cache[key] = record
            while len(_cache) > LIMIT:
                _cache.popitem(last=False)
    return record


def fresh(namespace: str, client_id: str) -> ClientRecord | None:
    """A client as it is now: one cheap statement when this process knows its current version."""
    record = find(namespace, client_id)
    return find(namespace, client_id, again=True) if record is not None and is_stale(record) else record


def is_stale(record: ClientRecord) -> bool:
    """Whether the client changed since it was read."""
    row = _VERSION.one([record.pk])
    return row is None or int(row[0]) != record.version or bool(row[1]) != record.disabled


def forget() -> None:
    """Drop all that is kept (tests, and after the database was replaced)."""
    with _lock:
        _cache.clear()


@blocking
def _load(namespace: str, client_id: str) -> ClientRecord | None:
    live = Prefetch("secrets", queryset=ClientSecret.objects.order_by("-id"))
    rows = Client.objects.select_related("application", "key").prefetch_related(live, "assignments")
    client = rows.filter(namespace=namespace, client_id=client_id).first()
    return record_of(client) if client is not None else None


def record_of(client: Client) -> ClientRecord:
    """The frozen copy of a client row."""
    now = timezone.now()
    plain = {name: getattr(client, name) for name in PLAIN}
    return ClientRecord(
        pk=client.pk,
        application_slug=client.application.slug if client.application else "",
        application_issuer_mode=client.application.issuer_mode if client.application else "",
        registered=bool(client.registration_source) and client.registration_source != Client.RegistrationSource.MANUAL,
        redirect_uris=tuple(client.redirect_uris.split()),
        post_logout_redirect_uris=tuple(client.post_logout_redirect_uris.split()),
        allowed_origins=tuple(client.allowed_origins.split()),
        grant_types=frozenset(client.grant_types),
        response_types=frozenset(client.response_types),
        scope=tuple(client.scope.split()),
        default_acr_values=tuple(client.default_acr_values),
        code_challenge_methods=tuple(client.code_challenge_methods),
        allowed_resources=tuple(client.allowed_resources),
        assignments=tuple(assignment.pk for assignment in client.assignments.all()),
        key_name=client.key.name if client.key else "",
        refresh_token_rotation=client.is_public if client.refresh_token_rotation is None else client.refresh_token_rotation,
        secrets=tuple(
            SecretRecord(bytes(row.digest), row.pepper_kid, bytes(row.ciphertext), row.expires_at)
            for row in client.secrets.all()
            if row.expires_at is None or row.expires_at > now
        ),
        **plain,
    )


PLAIN = (
    "version namespace client_id slug client_name client_uri logo_uri policy_uri tos_uri disabled managed application_type "
    "token_endpoint_auth_method token_endpoint_auth_signing_alg jwks jwks_uri sector_identifier_uri initiate_login_uri "
    "default_max_age require_auth_time id_token_signed_response_alg id_token_encrypted_response_alg "
    "id_token_encrypted_response_enc userinfo_signed_response_alg userinfo_encrypted_response_alg userinfo_encrypted_response_enc "
    "security_profile require_pkce redirect_uri_matching consent consent_lifetime consent_epoch force_consent_on_offline_access "
    "sub_mode claim_profile include_claims_in_id_token access_token_format access_token_lifetime id_token_lifetime "
    "refresh_token_lifetime authorization_code_lifetime device_code_lifetime"
).split()
