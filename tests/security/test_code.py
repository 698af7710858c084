"""Attacks on authorization codes and PKCE: stealing, replaying, splicing and downgrading."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from accounts.models import Group, User
from accounts.services import groups, users
from providers.models import AccessToken, AuthorizationCode, Client, Consent, RefreshToken, Session
from providers.services import clients, consents, sessions
from scopes.services import assignments
from tests.flows import CALLBACK, Flow, Started, s256
from tests.person import Person
from tests.protocol.answers import error, returned
from tests.security.test_authorize_request import refused

MakeFlow = Callable[..., Flow]


@pytest.fixture
def relaxed(make_flow: MakeFlow) -> Flow:
    """A confidential client that may leave PKCE out."""
    return make_flow("relaxed", security_profile="oidc")


@pytest.mark.row(50)
def test_a_public_client_brings_a_challenge(make_flow: MakeFlow):
    for profile in ("oauth21", "oidc"):
        flow = make_flow(f"native-{profile}", token_endpoint_auth_method="none", security_profile=profile)
        assert refused(flow.http.get(flow.start(pkce=False).url)) == "invalid_request"


@pytest.mark.row(51)
def test_a_confidential_client_brings_a_challenge_unless_it_opted_out(flow: Flow, relaxed: Flow, person: Person):
    assert refused(flow.http.get(flow.start(pkce=False).url)) == "invalid_request"
    assert relaxed.code(person, pkce=False)


@pytest.mark.row(53)
def test_a_verifier_without_a_challenge_is_a_downgrade(relaxed: Flow, person: Person):
    code, started = relaxed.code(person, pkce=False)
    assert error(relaxed.exchange(code, started, code_verifier=secrets.token_urlsafe(48))) == "invalid_grant"
    assert error(relaxed.exchange(code, started)) == "invalid_grant"


@pytest.mark.row(53)
def test_a_challenge_without_a_verifier_gives_nothing(relaxed: Flow, person: Person):
    code, started = relaxed.code(person)
    assert error(relaxed.exchange(code, started, code_verifier=None)) == "invalid_grant"


@pytest.mark.row(54)
@pytest.mark.parametrize("wrong", ["x" * 43, "short", "x" * 129, "x" * 42 + "\u00e9", "x" * 42 + "+", "y" * 5000])
def test_a_wrong_verifier_burns_the_code(flow: Flow, person: Person, wrong: str):
    code, started = flow.code(person)
    assert error(flow.exchange(code, started, code_verifier=wrong)) == "invalid_grant"
    assert error(flow.exchange(code, started)) == "invalid_grant"
    assert not AccessToken.objects.exists()


@pytest.mark.row(55)
@pytest.mark.parametrize(
    "parameters",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge_method": ""},
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 44},
        {"code_challenge": "x" * 42 + "="},
        {"code_challenge": "x" * 42 + "\u00e9"},
    ],
)
def test_only_s256_is_accepted(flow: Flow, parameters: dict[str, str | None]):
    assert refused(flow.http.get(flow.start(**parameters).url)) == "invalid_request"
    assert flow.metadata["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.row(55)
def test_leaving_the_method_out_is_no_way_around(relaxed: Flow):
    for parameters in ({"code_challenge_method": None}, {"code_challenge_method": "plain"}, {"code_challenge": None}):
        assert refused(relaxed.http.get(relaxed.start(**parameters).url)) == "invalid_request"


@pytest.mark.row(57)
def test_the_challenge_is_no_verifier(flow: Flow, person: Person):
    code, started = flow.code(person)
    assert error(flow.exchange(code, started, code_verifier=s256(started.verifier))) == "invalid_grant"


@pytest.mark.row(58)
def test_another_client_cannot_redeem_a_code_nor_burn_it(flow: Flow, other: Flow, person: Person):
    code, started = flow.code(person)
    assert error(other.exchange(code, started)) == "invalid_grant"
    assert error(other.exchange(code, started, code_verifier="x" * 43)) == "invalid_grant"
    assert not AccessToken.objects.exists()
    assert flow.exchange(code, started).status_code == 200
    # Nor does its knowledge of a used code end what the code gave.
    issued = RefreshToken.objects.count(), AccessToken.objects.get()
    assert error(other.exchange(code, started)) == "invalid_grant"
    assert issued[1].authorization is not None and issued[1].authorization.revoked_at is None


@pytest.mark.row(58)
def test_a_public_client_cannot_redeem_the_code_of_another(make_flow: MakeFlow, person: Person):
    uris = ["https://app.test/cb"]
    one = make_flow("one", token_endpoint_auth_method="none", redirect_uris=uris)
    two = make_flow("two", token_endpoint_auth_method="none", redirect_uris=uris)
    code, started = one.code(person)
    assert error(two.exchange(code, started)) == "invalid_grant"


@pytest.mark.row(59)
@pytest.mark.parametrize(
    "redirect_uri", [None, "", "http://127.0.0.1:5556/callback", f"{CALLBACK}/", f"{CALLBACK}?", "https://evil.example/"]
)
def test_the_address_is_named_again(flow: Flow, person: Person, redirect_uri: str | None):
    code, started = flow.code(person)
    assert error(flow.exchange(code, started, redirect_uri=redirect_uri)) in ("invalid_grant", "invalid_request")
    assert not AccessToken.objects.exists()


@pytest.mark.row(61)
def test_a_second_use_ends_what_the_first_one_got(flow: Flow, person: Person):
    code, started = flow.code(person, "openid offline_access")
    issued = flow.exchange(code, started).json()
    assert error(flow.exchange(code, started)) == "invalid_grant"
    assert flow.introspect(issued["access_token"]).json() == {"active": False}
    assert error(flow.refresh(issued["refresh_token"])) == "invalid_grant"
    assert AccessToken.objects.count() == RefreshToken.objects.count() == 1


@pytest.mark.row(62)
def test_a_code_of_61_seconds_is_dead(flow: Flow, person: Person):
    code, started = flow.code(person)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert error(flow.exchange(code, started)) == "invalid_grant"


@pytest.mark.row(63)
@pytest.mark.row(69)
def test_a_code_counts_whole(flow: Flow, person: Person):
    (one, started), (two, _) = flow.code(person), flow.code(person)
    bent = [
        one[:-1],
        one + "A",
        one.upper(),
        one.swapcase(),
        one[:20] + two[20:],
        two[:20] + one[20:],
        one[3:],
        f" {one}",
        one + "\0",
        one[:-1] + "_",
        "at_" + one[3:],
        "rt_" + one[3:],
        "ac_",
        "%",
        "' OR 1=1 --",
        "x" * 5000,
        one.replace("a", "\u0430"),
        f"{one}.",
        one[::-1],
    ]
    answers = [flow.exchange(code, started) for code in bent if code != one]
    assert {answer.status_code for answer in answers} == {400}
    told = {answer.json()["error_description"] for answer in answers if answer.json()["error"] == "invalid_grant"}
    assert len(told) == 1, "an oracle"
    assert flow.exchange(one, started).status_code == 200


def changed(**fields: Any) -> None:
    """Change Alice through the service."""
    users.update(User.objects.get(username="alice"), fields, actor="test")


def reassigned() -> None:
    """Let the shop serve others."""
    assignments.create({"name": "others"}, actor="test")
    clients.update(Client.objects.get(slug="shop"), {"assignments": ["others"]}, actor="test")


WORLD: dict[str, Callable[[], Any]] = {
    "the user is disabled": lambda: changed(disabled=True),
    "the user is deleted": lambda: users.delete(User.objects.get(username="alice"), actor="test"),
    "the user left the group": lambda: changed(groups=[]),
    "the group was deleted": lambda: groups.delete(Group.objects.get(name="engineering"), actor="test"),
    "the client serves others now": reassigned,
    "the consent was taken back": lambda: consents.revoke(Consent.objects.get(), actor="alice"),
    "the session was ended": lambda: sessions.end(str(Session.objects.get().session_key), actor="test"),
    "the password was changed": lambda: changed(password="another-long-Password-1866"),
    "the grant was withdrawn": lambda: clients.update(
        Client.objects.get(slug="shop"), {"grant_types": ["client_credentials"]}, actor="test"
    ),
}


@pytest.mark.row(65)
@pytest.mark.parametrize("change", WORLD)
def test_a_code_is_worth_nothing_once(make_flow: MakeFlow, person: Person, change: str):
    assignments.create({"name": "engineers", "groups": ["engineering"]}, actor="test")
    flow = make_flow("shop", assignments=["engineers"])
    code, started = flow.code(person)
    WORLD[change]()
    answer = flow.exchange(code, started)
    assert error(answer) == ("unauthorized_client" if change == "the grant was withdrawn" else "invalid_grant")
    assert not AccessToken.objects.exists()


@pytest.mark.row(65)
def test_a_code_of_a_disabled_client_is_worth_nothing(flow: Flow, person: Person):
    code, started = flow.code(person)
    clients.update(Client.objects.get(slug="shop"), {"disabled": True}, actor="test")
    assert error(flow.exchange(code, started), 401) == "invalid_client"


@pytest.mark.row(66)
def test_a_code_of_one_issuer_is_unknown_at_another(flow: Flow, person: Person, make_flow: MakeFlow):
    rooted = make_flow("rooted", issuer_mode="root")
    for here, there in ((flow, rooted), (rooted, flow)):
        code, started = here.code(person)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": started.redirect_uri, "code_verifier": started.verifier}
        # With the credentials of the client at its neighbour's issuer, and the other way round.
        for flow_, endpoint in ((here, there), (there, here)):
            answer = here.http.post(endpoint.metadata["token_endpoint"], data=form, auth=(flow_.client_id, flow_.client_secret))
            # The shared endpoints of applications also serve an application that uses the root issuer: its own code is its own.
            if flow_ is here and answer.status_code == 200:
                assert here is rooted and here.verify(answer.json()["access_token"] and answer.json()["id_token"])["iss"] == here.issuer
                continue
            assert error(answer, answer.status_code) in ("invalid_grant", "invalid_client")


@pytest.mark.row(67)
def test_a_code_pasted_into_another_transaction_fails(flow: Flow, person: Person):
    (stolen, theirs), (_, mine) = flow.code(person), flow.code(person)
    assert (
        error(flow.exchange(stolen, Started(theirs.url, theirs.state, theirs.nonce, mine.verifier, theirs.redirect_uri))) == "invalid_grant"
    )


@pytest.mark.row(70)
def test_codes_and_tokens_share_nothing(flow: Flow, person: Person):
    codes = [flow.code(person, "openid offline_access")[0] for _ in range(30)]
    assert len(set(codes)) == 30 and all(len(code) == len("ac_") + 43 for code in codes)
    for place in range(3, 46):
        assert len({code[place] for code in codes}) > 3, "a structure"


@pytest.mark.row(27)
@pytest.mark.parametrize(
    "name", ["grant_type", "code", "client_id", "scope", "refresh_token", "code_verifier", "redirect_uri", "client_secret"]
)
def test_a_parameter_that_comes_twice_is_refused(flow: Flow, person: Person, name: str):
    code, started = flow.code(person)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": started.redirect_uri, "code_verifier": started.verifier}
    form |= {"client_id": flow.client_id, "client_secret": flow.client_secret, "scope": "openid", "refresh_token": "x"}
    body = str(httpx.QueryParams(form))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for doubled in (f"{body}&{name}=evil", f"{name}=evil&{body}", f"{body}&{name}={form[name]}", f"{body}&{name}="):
        assert error(flow.http.post(flow.metadata["token_endpoint"], content=doubled, headers=headers)) == "invalid_request"
    in_query = flow.http.post(f"{flow.metadata['token_endpoint']}?{name}=evil", content=body, headers=headers)
    assert error(in_query) == "invalid_request"


@pytest.mark.row(30)
@pytest.mark.row(43)
def test_a_code_gives_no_more_than_was_shown(flow: Flow, person: Person):
    code, started = flow.code(person, "openid")
    issued: dict[str, Any] = flow.exchange(code, started, scope="openid email profile offline_access groups").json()
    assert issued["scope"] == "openid" and "refresh_token" not in issued
    assert set(flow.userinfo(issued["access_token"]).json()) == {"sub"}


@pytest.mark.row(62)
def test_only_hashes_of_codes_are_kept(flow: Flow, person: Person):
    code, _ = flow.code(person)
    row = AuthorizationCode.objects.get()
    assert code not in str(vars(row)) and code.encode() not in bytes(row.code_hash)
    assert returned(person.http.get(flow.start(prompt="none").url))["code"] != code


@pytest.mark.row(65)
def test_a_scope_that_was_taken_away_meanwhile_is_not_granted(flow: Flow, person: Person):
    code, started = flow.code(person, "openid email offline_access")
    clients.update(Client.objects.get(slug="shop"), {"scope": "openid"}, actor="test")
    issued = flow.exchange(code, started).json()
    assert issued["scope"] == "openid" and "refresh_token" not in issued
    assert "email" not in flow.verify(issued["id_token"])
