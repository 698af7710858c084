"""Attacks with tokens: bending them, using one kind as another, asking about those of others, reading them from elsewhere."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.services import users
from providers.models import AccessToken
from tests.door import client as open_door
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import claims_of, error, header_of
from tests.security.forging import b64, joined

MakeFlow = Callable[..., Flow]
INACTIVE = {"active": False}


@pytest.fixture
def shop_tokens(flow: Flow, person: Person) -> dict[str, Any]:
    """Tokens of Alice for the shop, all kinds."""
    return flow.tokens(person, "openid email offline_access")


@pytest.fixture
def machine(make_flow: MakeFlow) -> Flow:
    """A client that acts for itself."""
    return make_flow("machine", grant_types=["client_credentials"], redirect_uris=[], scope="openid profile email offline_access")


@pytest.mark.row(69)
@pytest.mark.parametrize("format_", ["opaque", "jwt"])
def test_an_access_token_counts_whole(make_flow: MakeFlow, person: Person, format_: str):
    flow = make_flow("shop", access_token_format=format_)
    token = flow.tokens(person)["access_token"]
    last = {"A": "B", "Q": "R", "g": "h", "w": "x"}.get(token[-1], "A")
    bent = [
        token[:-1],
        token + "A",
        token.swapcase(),
        token[:-1] + last,
        token + "=",
        token + ".",
        token[:-10],
        "x" * 9000,
        "",
        "rt_" + token[3:],
    ]
    for one in bent:
        assert flow.userinfo(one or "x").status_code == 401
        if one:
            assert flow.introspect(one).json() == INACTIVE
    assert flow.userinfo(token).status_code == 200


@pytest.mark.row(70)
def test_tokens_and_cookies_are_random_and_unlike(machine: Flow, flow: Flow):
    tokens = [machine.token("client_credentials").json()["access_token"] for _ in range(40)]
    assert len(set(tokens)) == 40 and all(len(token) == len("at_") + 43 for token in tokens)
    assert min(len({token[place] for token in tokens}) for place in range(3, 46)) > 5
    values: dict[str, set[str]] = {}
    for _ in range(10):
        with open_door() as browser:
            browser.get(flow.start().url, follow_redirects=True)
            for cookie in browser.cookies.jar:
                values.setdefault(cookie.name, set()).add(str(cookie.value))
    assert {"idp-csrf", "idp-browser", "idp-pending"} <= set(values)
    assert all(len(found) == 10 and min(map(len, found)) >= 22 for found in values.values())


@pytest.mark.row(113)
def test_nobody_revokes_the_tokens_of_another(flow: Flow, other: Flow, make_flow: MakeFlow, shop_tokens: dict[str, Any]):
    native = make_flow("native", token_endpoint_auth_method="none")
    foreign, unknown = other.revoke(shop_tokens["access_token"]), other.revoke("at_unknown")
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    for thief in (other, native):
        for kind in ("access_token", "refresh_token", "id_token"):
            for hint in (None, "access_token", "refresh_token", "evil"):
                assert thief.revoke(shop_tokens[kind], token_type_hint=hint).status_code == 200
    assert flow.introspect(shop_tokens["access_token"]).json()["active"] and flow.introspect(shop_tokens["refresh_token"]).json()["active"]


@pytest.mark.row(114)
def test_revoking_nonsense_succeeds(flow: Flow):
    for token in ("x", "at_" + "x" * 43, "rt_" + "x" * 43, "e30.e30.e30", "x" * 9000, "\U0001f600", "' OR 1=1 --"):
        assert flow.revoke(token).status_code == 200
    assert flow.revoke("x" * 1_000_000).status_code == 413


@pytest.mark.row(115)
def test_what_the_client_revokes_takes_the_rest_along_as_documented(flow: Flow, shop_tokens: dict[str, Any]):
    flow.revoke(shop_tokens["access_token"])
    assert flow.introspect(shop_tokens["access_token"]).json() == INACTIVE and flow.userinfo(shop_tokens["access_token"]).status_code == 401
    again = flow.refresh(shop_tokens["refresh_token"]).json()
    flow.revoke(shop_tokens["refresh_token"], token_type_hint="access_token")
    assert flow.introspect(again["access_token"]).json() == INACTIVE
    assert error(flow.refresh(shop_tokens["refresh_token"])) == "invalid_grant"


@pytest.mark.row(117)
def test_introspection_needs_a_proof(flow: Flow, make_flow: MakeFlow, shop_tokens: dict[str, Any]):
    native = make_flow("native", token_endpoint_auth_method="none")
    assert error(native.introspect(shop_tokens["access_token"]), 401) == "invalid_client"
    url = flow.metadata["introspection_endpoint"]
    for form in ({}, {"client_id": "shop"}, {"client_id": "native"}):
        assert error(flow.http.post(url, data={"token": shop_tokens["access_token"], **form}), 401) == "invalid_client"
    bearer = {"Authorization": f"Bearer {shop_tokens['access_token']}"}
    assert error(flow.http.post(url, data={"token": shop_tokens["access_token"]}, headers=bearer), 401) == "invalid_client"
    assert flow.http.get(url, params={"token": shop_tokens["access_token"]}, auth=("shop", flow.client_secret)).status_code == 405


@pytest.mark.row(118)
@pytest.mark.parametrize("accept", ["application/json", "application/token-introspection+jwt"])
def test_the_token_of_another_is_just_inactive(other: Flow, shop_tokens: dict[str, Any], accept: str):
    for kind in ("access_token", "refresh_token", "id_token"):
        answer = other.post("introspection_endpoint", {"token": shop_tokens[kind]}, Accept=accept)
        assert answer.json() == INACTIVE


@pytest.mark.row(119)
def test_a_token_is_inactive_once_it_expired_or_its_person_is_out(flow: Flow, shop_tokens: dict[str, Any]):
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        assert (
            flow.introspect(shop_tokens["access_token"]).json() == INACTIVE
            and flow.userinfo(shop_tokens["access_token"]).status_code == 401
        )
        assert flow.introspect(shop_tokens["refresh_token"]).json()["active"]
    users.update(User.objects.get(username="alice"), {"disabled": True}, actor="test")
    assert flow.introspect(shop_tokens["access_token"]).json() == flow.introspect(shop_tokens["refresh_token"]).json() == INACTIVE


@pytest.mark.row(119)
def test_an_id_token_or_a_code_is_never_active(flow: Flow, person: Person, shop_tokens: dict[str, Any]):
    code, started = flow.code(person)
    for token in (shop_tokens["id_token"], code, flow.client_secret, started.verifier):
        assert flow.introspect(token).json() == INACTIVE and flow.userinfo(token).status_code == 401


@pytest.mark.row(121)
def test_an_access_token_in_the_address_or_twice_is_refused(flow: Flow, shop_tokens: dict[str, Any]):
    url, token = flow.metadata["userinfo_endpoint"], shop_tokens["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert error(flow.http.get(url, params={"access_token": token})) == "invalid_request"
    assert error(flow.http.get(url, params={"access_token": token}, headers=bearer)) == "invalid_request"
    assert error(flow.http.get(f"{url}?%61ccess_token={token}")) == "invalid_request"
    assert error(flow.http.post(url, data={"access_token": token}, headers=bearer)) == "invalid_request"
    assert flow.http.post(url, data={"access_token": token}).status_code == 200


@pytest.mark.row(122)
def test_userinfo_wants_a_live_token_of_a_person_with_openid(flow: Flow, machine: Flow, person: Person, shop_tokens: dict[str, Any]):
    assert error(flow.userinfo(flow.tokens(person, "email")["access_token"]), 403) == "insufficient_scope"
    assert error(machine.userinfo(machine.token("client_credentials").json()["access_token"]), 403) == "insufficient_scope"
    assert flow.http.get(flow.metadata["userinfo_endpoint"]).status_code == 401
    for scheme in ("Basic", "DPoP", "Token", "Bearer:"):
        assert (
            flow.http.get(
                flow.metadata["userinfo_endpoint"], headers={"Authorization": f"{scheme} {shop_tokens['access_token']}"}
            ).status_code
            == 401
        )
    flow.revoke(shop_tokens["access_token"])
    assert error(flow.userinfo(shop_tokens["access_token"]), 401) == "invalid_token"


@pytest.mark.row(123)
def test_a_forged_token_is_refused_everywhere(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", access_token_format="jwt")
    token = flow.tokens(person)["access_token"]
    header, claims = header_of(token), claims_of(token)
    public = json.dumps(flow.http.get(flow.metadata["jwks_uri"]).json()["keys"][0]).encode()
    forged = [
        joined({**header, "alg": "none"}, claims, b""),
        joined({**header, "alg": "HS256"}, claims, None, public),
        joined({**header, "typ": "JWT"}, claims, b"x" * 256),
        joined(header, {**claims, "sub": "admin"}, b"x" * 256),
        ".".join([token.split(".")[0], b64(json.dumps({**claims, "scope": "openid email"})), token.split(".")[2]]),
        token.rpartition(".")[0] + ".",
    ]
    for one in forged:
        assert error(flow.userinfo(one), 401) == "invalid_token" and flow.introspect(one).json() == INACTIVE


@pytest.mark.row(123)
def test_each_kind_of_jwt_says_what_it_is(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", access_token_format="jwt", userinfo_signed_response_alg="RS256")
    issued = flow.tokens(person)
    assert header_of(issued["access_token"])["typ"] == "at+jwt" and header_of(issued["id_token"])["typ"] != "at+jwt"
    assert (
        flow.userinfo(issued["id_token"]).status_code == 401
        and flow.userinfo(flow.userinfo(issued["access_token"]).text).status_code == 401
    )


@pytest.mark.row(125)
@pytest.mark.row(214)
def test_a_token_of_one_issuer_is_refused_by_another(flow: Flow, make_flow: MakeFlow, person: Person):
    rooted = make_flow("rooted", issuer_mode="root", access_token_format="jwt")
    token = flow.tokens(person)["access_token"]
    assert error(flow.http.get(rooted.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"}), 401) == "invalid_token"
    assert rooted.introspect(token).json() == INACTIVE


@pytest.mark.row(125)
def test_a_token_for_an_application_does_not_manage_the_server(flow: Flow, shop_tokens: dict[str, Any]):
    for path in ("/api/v1/users/", "/api/v1/clients/", "/api/v1/keys/"):
        for token in (shop_tokens["access_token"], shop_tokens["id_token"], shop_tokens["refresh_token"]):
            assert flow.http.get(path, headers={"Authorization": f"Bearer {token}"}).status_code in (401, 403)


@pytest.mark.row(126)
@pytest.mark.parametrize("format_", ["opaque", "jwt"])
def test_a_client_is_never_taken_for_a_person(make_flow: MakeFlow, alice: User, format_: str):
    for client_id in (alice.username, alice.sub, str(alice.uuid), str(alice.pk), "admin", alice.email):
        slug = f"x{abs(hash(client_id)) % 10**6}"
        flow = make_flow(
            slug, client_id=client_id, grant_types=["client_credentials"], redirect_uris=[], access_token_format=format_, issuer_mode="root"
        )
        token = flow.token("client_credentials").json()["access_token"]
        told = flow.introspect(token).json()
        assert told["active"] and "username" not in told and "email" not in told and told["client_id"] == client_id
        assert flow.userinfo(token).status_code == 403
        row = AccessToken.objects.latest("pk")
        assert row.user_id is None and row.authorization_id is None


@pytest.mark.row(127)
@pytest.mark.parametrize("scope", ["gatehouse/api", "admin", "profile admin", "PROFILE", "profile\tadmin", "groups"])
def test_a_client_for_itself_gets_what_it_is_configured_for(machine: Flow, scope: str):
    assert error(machine.token("client_credentials", scope=scope)) == "invalid_scope"


@pytest.mark.row(127)
def test_a_client_for_itself_gets_nothing_that_is_about_people(machine: Flow):
    issued = machine.token("client_credentials").json()
    assert "refresh_token" not in issued and "id_token" not in issued
    again = machine.token("client_credentials", scope="openid profile offline_access").json()
    assert not {"openid", "offline_access"} & set(again["scope"].split()) and "refresh_token" not in again


@pytest.mark.row(129)
def test_a_grant_is_registered_and_known(flow: Flow, machine: Flow, make_flow: MakeFlow):
    assert error(flow.token("client_credentials")) == "unauthorized_client"
    assert error(machine.token("authorization_code", code="x")) == "unauthorized_client"
    assert error(machine.token("refresh_token", refresh_token="x")) == "unauthorized_client"
    for grant in (
        "password",
        "implicit",
        "evil",
        "AUTHORIZATION_CODE",
        "authorization_code ",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ):
        answer = machine.token(grant, username="alice", password="a-long-Password-of-1865")
        assert error(answer) in ("unsupported_grant_type", "unauthorized_client")
    assert error(machine.post("token_endpoint", {"code": "x"})) == "invalid_request"
    owner = make_flow("owner", grant_types=["password"], redirect_uris=[])
    assert error(owner.token("password", username="alice", password="a-long-Password-of-1865")) == "unsupported_grant_type"


@pytest.mark.row(133)
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:5555.evil.example", "http://127.0.0.1:5556", "https://127.0.0.1:5555", "", "*"],
)
def test_no_page_of_another_origin_reads_an_answer(flow: Flow, person: Person, shop_tokens: dict[str, Any], origin: str):
    flow.http.cookies = person.http.cookies
    code, started = flow.code(person)
    kept = {"grant_type": "authorization_code", "code": code, "redirect_uri": started.redirect_uri, "code_verifier": started.verifier}
    answers = [
        flow.post("token_endpoint", kept, Origin=origin),
        flow.http.get(
            flow.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {shop_tokens['access_token']}", "Origin": origin}
        ),
        flow.post("introspection_endpoint", {"token": "x"}, Origin=origin),
        flow.post("revocation_endpoint", {"token": "x"}, Origin=origin),
        flow.http.get("/api/v1/users/", headers={"Origin": origin}),
        flow.http.get("/me/sessions/", headers={"Origin": origin}),
    ]
    for answer in answers:
        assert "access-control-allow-origin" not in answer.headers, answer.url


@pytest.mark.row(133)
def test_a_preflight_lends_nobody_credentials(flow: Flow):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x\r\ny"}
    for name in ("token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"):
        for headers in ({**asked, "Access-Control-Request-Headers": "authorization"}, {**asked, "Origin": "null"}):
            answer = flow.http.options(flow.metadata[name], headers=headers)
            assert "access-control-allow-credentials" not in answer.headers
            assert answer.headers.get("access-control-allow-origin") != "null"


@pytest.mark.row(213)
def test_the_key_set_shows_public_members_alone(flow: Flow, make_flow: MakeFlow):
    for algorithm in ("ES256", "EdDSA"):
        make_flow(f"x-{algorithm.lower()}", id_token_signed_response_alg=algorithm, issuer_mode="root")
    make_flow("x-hs", id_token_signed_response_alg="HS256")
    seen: list[dict[str, Any]] = []
    for path in ("/jwk", "/application/o/shop/jwks/", "/application/o/x-hs/jwks/"):
        seen += flow.http.get(path).json()["keys"]
    for key in seen:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key) and key["kty"] in ("RSA", "EC", "OKP")
        assert key["alg"] and key["use"] == "sig" and key["kid"]
    by_kid = {key["kid"]: json.dumps(key, sort_keys=True) for key in seen}
    assert len(set(by_kid.values())) == len(by_kid)


@pytest.mark.row(215)
def test_an_id_token_says_exactly_what_it_must(flow: Flow, person: Person):
    claims = flow.tokens(person, nonce=None)["claims"]
    assert (
        claims["aud"] == flow.client_id and "nonce" not in claims and claims["iss"] == flow.issuer and claims["exp"] - claims["iat"] == 3600
    )
    assert {"auth_time", "at_hash", "sid", "amr"} <= set(claims)


@pytest.mark.row(217)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/application/o/shop/.well-known/openid-configuration", "/jwk"])
def test_documents_do_not_listen_to_the_request(flow: Flow, path: str):
    plain = flow.http.get(path)
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "gopher"},
        {"Forwarded": "host=evil.example"},
    ):
        assert flow.http.get(path, headers=headers).content == plain.content
    if "openid" in path:
        document = plain.json()
        told = {value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))}
        assert (
            all(url.startswith("http://localhost:8000/") for url in told)
            and "none" not in document["id_token_signing_alg_values_supported"]
        )
        assert not {"password", "implicit"} & set(document["grant_types_supported"]) and document["response_types_supported"] == ["code"]


def test_the_ledger_would_notice(exchanges: Any, flow: Flow, shop_tokens: dict[str, Any]):
    """The global check is worth something only if it knows the secrets."""
    assert {shop_tokens["access_token"], shop_tokens["refresh_token"], shop_tokens["id_token"]} <= exchanges.secrets()
    assert isinstance(exchanges.answers[0], httpx.Response)
