"""Plans, subjects, signing keys and audiences: the pure parts of minting."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import User
from providers.errors import AccessDenied, InvalidToken, ServerError
from providers.issuance import may_issue, person_with_scope, presented
from providers.messages import Authorization, ClientRecord, SessionRecord
from providers.models import Authorization as Row
from providers.services import keys
from providers.statements import people, registry
from providers.tokens import audience, subject
from providers.tokens.keys import key_names, signer_for
from providers.tokens.plan import plan, told_to
from scopes.context import PersonView
from tests.flows import Flow
from tests.person import Person

Record = Callable[..., ClientRecord]


def person_of(user: User) -> PersonView:
    found = people.find(user.pk, registry.current())
    assert found is not None
    return found[0]


def test_nobody_is_told_nothing(record: Record) -> None:
    authorization = Authorization(0, record(), "", "client_credentials", ("email",))
    assert told_to(authorization, registry.current(), ("email",), "userinfo").values == {}


def test_a_plan_is_pure_and_says_which_mapping_said_what(record: Record, alice: User) -> None:
    authorization = Authorization(0, record(), "application:shop", "authorization_code", ("openid", "email"), person=person_of(alice))
    planned = plan(authorization, registry.current(), timezone.now(), scope=("openid", "email"), audience=(), offline=True)
    assert planned.id_token_claims is not None
    assert planned.id_token_claims["email"] == "alice@example.org"
    assert planned.provenance["email"] == ("standard email",)
    assert planned.refresh_token_lifetime == 30 * 86400
    assert planned.access_token_claims == {}
    assert not Row.objects.exists()


def test_an_id_token_without_session_or_nonce_says_neither(record: Record, alice: User) -> None:
    authorization = Authorization(0, record(), "", "authorization_code", ("openid",), person=person_of(alice))
    claims = plan(authorization, registry.current(), timezone.now(), scope=("openid",), audience=(), offline=False).id_token_claims
    assert claims is not None
    assert not {"sid", "nonce", "auth_time", "acr", "amr"} & set(claims)


def test_a_missing_key_is_our_fault(record: Record) -> None:
    client = replace(record(), key_name="gone")
    with pytest.raises(ServerError):
        signer_for(client, registry.current())


def test_a_series_without_an_active_key_cannot_sign(record: Record) -> None:
    key = keys.find(keys.DEFAULT)
    assert key is not None
    key.signing_keys.filter(status="active").delete()
    with pytest.raises(ServerError):
        signer_for(record(), registry.refresh())


def test_a_symmetric_algorithm_without_a_secret_cannot_sign(record: Record) -> None:
    with pytest.raises(ServerError):
        signer_for(replace(record(), id_token_signed_response_alg="HS256", secrets=()), registry.current())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"default"}),
        ({"id_token_signed_response_alg": "ES256"}, {"default-es256"}),
        ({"id_token_signed_response_alg": "HS256"}, set()),
        ({"id_token_signed_response_alg": "HS256", "access_token_format": "jwt"}, {"default"}),
        ({"userinfo_signed_response_alg": "EdDSA"}, {"default", "default-eddsa"}),
        ({"userinfo_signed_response_alg": "HS256"}, {"default"}),
    ],
)
def test_an_issuer_publishes_every_series_that_may_sign(record: Record, fields: dict[str, str], expected: set[str]) -> None:
    assert key_names(record(**fields)) == expected


def test_the_sector_is_that_of_the_sector_identifier_uri(record: Record) -> None:
    client = record()
    named = replace(client, sector_identifier_uri="https://sector.example.org/uris.json")
    assert (subject.sector(named), subject.sector(client)) == ("sector.example.org", "127.0.0.1")
    assert subject.sector(replace(client, redirect_uris=())) == "shop"


def test_an_email_that_is_not_verified_falls_back(record: Record, alice: User) -> None:
    nameless = replace(person_of(alice), email_verified=False)
    assert subject.of_person(nameless, record(sub_mode="user_email")) == alice.sub


@pytest.mark.parametrize(
    ("bound", "allowed", "wanted"), [((), (), ()), (("a",), (), ("a",)), (("a", "b"), ("a",), ("b",)), ((), ("a",), ("a",))]
)
def test_what_was_bound_at_authorization_goes_before_the_list(
    record: Record, bound: tuple[str, ...], allowed: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    client = replace(record(), allowed_resources=allowed)
    assert audience.narrow(wanted, bound, client) == (wanted or bound)


# issuance: the one re-check


def authorization(record: Record, **fields: object) -> Authorization:
    return replace(Authorization(7, record(), "application:shop", "authorization_code", ("openid",)), **fields)  # type: ignore[arg-type]


def test_an_authorization_whose_person_is_gone_gives_nothing(record: Record) -> None:
    with pytest.raises(AccessDenied, match="gone"):
        may_issue(authorization(record), registry.current())


def test_a_revoked_authorization_gives_nothing(record: Record, alice: User) -> None:
    with pytest.raises(AccessDenied, match="revoked"):
        may_issue(authorization(record, person=person_of(alice), revoked_at=timezone.now()), registry.current())


def test_what_an_ended_session_leaves_is_offline_access(record: Record, alice: User) -> None:
    """OpenID Connect Core 1.0 §11"""
    ended = authorization(record, person=person_of(alice), session=SessionRecord(1, "sid", timezone.now()))
    with pytest.raises(AccessDenied, match="session"):
        may_issue(ended, registry.current())
    may_issue(replace(ended, offline=True), registry.current())


def test_somebody_disabled_gets_nothing(record: Record, alice: User) -> None:
    with pytest.raises(AccessDenied, match="disabled"):
        may_issue(authorization(record, person=person_of(alice), person_active=False), registry.current())


def test_a_client_acting_for_itself_needs_nobody(record: Record) -> None:
    may_issue(authorization(record, pk=0), registry.current())


@pytest.mark.parametrize("token", ["", "x", "x" * 9000])
def test_a_token_of_nobody_opens_nothing(db: None, token: str) -> None:
    with pytest.raises(InvalidToken):
        presented(token, timezone.now())


def test_a_token_of_a_client_acting_for_itself_belongs_to_no_person(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(grant_types=["client_credentials"], scope="email")
    token = flow.token("client_credentials").json()["access_token"]
    with pytest.raises(InvalidToken):
        person_with_scope(token, "email", timezone.now())


def test_a_token_opens_what_its_scope_says(flow: Flow, person: Person, alice: User) -> None:
    token = flow.tokens(person, "openid email")["access_token"]
    found = person_with_scope(token, "email", timezone.now()).authorization.person
    assert found is not None
    assert found.id == alice.pk
    with pytest.raises(Exception, match="insufficient_scope"):
        person_with_scope(token, "phone", timezone.now())
