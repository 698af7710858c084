"""Attacks on client authentication: guessing, mixing methods, broken headers, credentials that were withdrawn."""

import base64
import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from providers import client_secrets
from providers.models import Client
from providers.services import clients
from providers.statements import clients as kept
from tests.conftest import SECRET, MakeClient
from tests.door import client as open_door
from tests.flows import Flow
from tests.protocol.answers import error

MakeFlow = Callable[..., Flow]
OTHER = "the-secret-of-the-other-client-0123456789"


@pytest.fixture
def machine(make_flow: MakeFlow) -> Flow:
    """A confidential client that acts for itself."""
    return make_flow("machine", grant_types=["client_credentials"], redirect_uris=[], scope="profile")


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header, without any encoding of its parts."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode("ascii")}


def asked(flow: Flow, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
    """A token request for the client itself, with these credentials and no others."""
    return flow.http.post(flow.metadata["token_endpoint"], data={"grant_type": "client_credentials", **form}, headers=headers or {})


@pytest.mark.row(71)
def test_a_wrong_secret_and_an_unknown_client_look_the_same(machine: Flow):
    wrong, unknown = asked(machine, basic("machine", "x" * 43)), asked(machine, basic("nobody", "x" * 43))
    for answer in (wrong, unknown):
        assert error(answer, 401) == "invalid_client" and answer.headers["www-authenticate"].startswith("Basic ")
    bodies = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in (wrong, unknown)]
    assert bodies[0] == bodies[1]
    assert error(asked(machine, client_id="machine", client_secret="x" * 43), 401) == "invalid_client"
    assert error(asked(machine, client_id="nobody", client_secret="x" * 43), 401) == "invalid_client"


@pytest.mark.row(71)
@pytest.mark.parametrize("secret", ["", SECRET[:-1], SECRET + "x", SECRET.upper(), SECRET + "\0", " " + SECRET])
def test_a_secret_counts_whole(machine: Flow, secret: str):
    assert asked(machine, client_id="machine", client_secret=secret).status_code in (400, 401)
    assert asked(machine, basic("machine", secret)).status_code in (400, 401)


@pytest.mark.row(73)
@pytest.mark.parametrize(
    "form",
    [
        {"client_id": "machine", "client_secret": "another"},
        {"client_id": "other"},
        {"client_id": "other", "client_secret": OTHER},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": "e30.e30.e30"},
        {"client_secret": OTHER},
    ],
)
def test_two_methods_at_once_are_refused(machine: Flow, other: Flow, form: dict[str, str]):
    assert error(asked(machine, basic("machine", SECRET), **form)) == "invalid_request"


@pytest.mark.row(74)
def test_a_method_that_is_not_the_registered_one_is_refused(machine: Flow, make_client: MakeClient):
    make_client("public", token_endpoint_auth_method="none")
    jwks = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
    make_client("signer", token_endpoint_auth_method="private_key_jwt", jwks=jwks, grant_types=["client_credentials"])
    make_client("hmac", token_endpoint_auth_method="client_secret_jwt", grant_types=["client_credentials"])
    for client_id in ("signer", "hmac", "machine"):
        assert error(asked(machine, client_id=client_id), 401) == "invalid_client"
        assert error(asked(machine, basic(client_id, "")), 401) == "invalid_client"
    for client_id in ("signer", "hmac", "public"):
        for secret in (SECRET, "x"):
            assert error(asked(machine, client_id=client_id, client_secret=secret), 401) == "invalid_client"
            assert error(asked(machine, basic(client_id, secret)), 401) == "invalid_client"
    assert error(asked(machine, client_id="public")) == "unauthorized_client"


@pytest.mark.row(75)
@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic bWFjaGluZQ==",
        "Basic //8=",
        "Basic Og==",
        "Basic OnNlY3JldA==",
        "Bearer",
        "Bearer ",
        "Negotiate x",
        "Basic " + "A" * 65536,
        "Basic " + "A" * 8000,
        "basic",
        "Digest username=x",
        ",",
        "Basic a b c",
        "Basic AAAA:BBBB",
    ],
)
def test_a_broken_header_is_refused(machine: Flow, value: str):
    for path in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        answer = machine.http.post(
            machine.metadata[path], data={"grant_type": "client_credentials", "token": "x"}, headers={"Authorization": value.encode()}
        )
        assert answer.status_code in (400, 401, 431)


@pytest.mark.row(75)
def test_two_headers_are_refused(machine: Flow):
    header = basic("machine", SECRET)["Authorization"]
    answer = machine.http.post(
        machine.metadata["token_endpoint"],
        content="grant_type=client_credentials",
        headers=[("Authorization", header), ("Authorization", header), ("Content-Type", "application/x-www-form-urlencoded")],
    )
    # The WSGI door joins or drops; a server joins with a comma. Neither may become an error of ours.
    assert answer.status_code in (200, 400, 401)


@pytest.mark.row(77)
@pytest.mark.parametrize("path", ["token_endpoint", "revocation_endpoint", "introspection_endpoint"])
@pytest.mark.parametrize("query", ["client_secret=" + SECRET, "client_id=machine", "client_assertion=e30", "token=x", "%63lient_secret=x"])
def test_credentials_in_the_address_are_refused(machine: Flow, path: str, query: str):
    form = {"grant_type": "client_credentials", "token": "x"}
    answer = machine.http.post(f"{machine.metadata[path]}?{query}", data=form, headers=basic("machine", SECRET))
    assert error(answer) == "invalid_request"


@pytest.mark.row(78)
def test_an_unknown_client_costs_the_same_work(machine: Flow, monkeypatch: pytest.MonkeyPatch, statements: Callable[[], Any]):
    digests: list[str] = []
    make = client_secrets.digest
    monkeypatch.setattr(client_secrets, "digest", lambda secret: digests.append(secret) or make(secret))
    work = []
    for client_id in ("machine", "nobody"):
        asked(machine, basic(client_id, "wrong"))
        digests.clear()
        with statements() as seen:
            asked(machine, basic(client_id, "wrong"))
        work.append((len(digests), sum("providers_limit" in query["sql"] for query in seen.captured_queries)))
    assert work[0] == work[1]


@pytest.mark.row(78)
@pytest.mark.slow
def test_where_a_secret_is_wrong_does_not_show_in_the_time(machine: Flow):
    client = kept.find("", "machine")
    samples: dict[str, list[float]] = {"first": [], "last": []}
    wrong = {"first": "x" + SECRET[1:], "last": SECRET[:-1] + "x"}
    for _ in range(2000):
        for name, secret in wrong.items():
            before = time.perf_counter_ns()
            client_secrets.matches(client, (secret,))
            samples[name].append(time.perf_counter_ns() - before)
    first, last = (statistics.median(values) for values in samples.values())
    assert abs(first - last) / max(first, last) < 0.25


@pytest.mark.row(79)
def test_guessing_is_throttled_and_the_owner_elsewhere_is_not(machine: Flow, limited: None):
    statuses = [asked(machine, basic("machine", f"guess-{number}")).status_code for number in range(60)]
    assert statuses[0] == 401 and statuses[-1] == 429 and statuses.count(401) <= 31
    throttled = asked(machine, client_id="machine", client_secret="guess")
    assert throttled.status_code == 429 and int(throttled.headers["retry-after"]) > 0
    assert asked(machine, basic("machine", "guess")).status_code == 429
    with open_door(ip="192.0.2.7") as elsewhere:
        form = {"grant_type": "client_credentials"}
        assert elsewhere.post(machine.metadata["token_endpoint"], data=form, auth=("machine", SECRET)).status_code == 200


@pytest.mark.row(79)
def test_another_spelling_of_the_client_id_is_no_other_budget(machine: Flow, limited: None):
    spelled = ["machine", "mach%69ne", "%6dachine", "machin%65"]
    statuses = [asked(machine, basic(spelled[number % 4], f"guess-{number}")).status_code for number in range(60)]
    assert statuses.count(401) <= 31


@pytest.mark.row(79)
def test_a_forged_address_is_no_other_budget(machine: Flow, limited: None):
    for number in range(60):
        answer = asked(machine, {**basic("machine", f"guess-{number}"), "X-Forwarded-For": f"203.0.113.{number}"})
    assert answer.status_code == 429


@pytest.mark.row(98)
@pytest.mark.parametrize("header", ["X-Client-Cert", "X-SSL-Client-Verify", "X-Forwarded-Client-Cert", "Remote-User"])
def test_a_header_that_a_proxy_might_set_proves_nothing(machine: Flow, header: str):
    assert error(asked(machine, {header: "SUCCESS"}, client_id="machine"), 401) == "invalid_client"


def warm(flow: Flow, secret: str = SECRET) -> None:
    """Let this process remember the client; the services below then act like another process."""
    assert asked(flow, basic(flow.client_id, secret)).status_code == 200


@pytest.mark.row(119)
def test_a_withdrawn_secret_is_dead_in_every_process(machine: Flow):
    row = Client.objects.get(slug="machine")
    new = clients.rotate_secret(row, overlap=3600, actor="test")
    warm(machine, new)
    warm(machine)
    clients.update(Client.objects.get(slug="machine"), {"client_secret": new}, actor="test")
    assert error(asked(machine, basic("machine", SECRET)), 401) == "invalid_client"
    warm(machine, new)


@pytest.mark.row(119)
def test_a_secret_in_its_overlap_works_without_a_gap(machine: Flow):
    warm(machine)
    new = clients.rotate_secret(Client.objects.get(slug="machine"), overlap=3600, actor="test")
    warm(machine)
    warm(machine, new)


@pytest.mark.row(74)
def test_a_client_that_became_confidential_is_so_in_every_process(make_flow: MakeFlow):
    flow = make_flow("app", token_endpoint_auth_method="none")
    assert error(flow.token("refresh_token", refresh_token="rt_x")) == "invalid_grant"
    clients.update(Client.objects.get(slug="app"), {"token_endpoint_auth_method": "client_secret_basic"}, actor="test")
    assert error(flow.token("refresh_token", refresh_token="rt_x"), 401) == "invalid_client"


@pytest.mark.row(74)
def test_a_code_of_a_client_that_became_confidential_needs_its_secret(make_flow: MakeFlow, person: Any):
    flow = make_flow("app", token_endpoint_auth_method="none")
    code, started = flow.code(person)
    assert error(flow.exchange("ac_nothing", started)) == "invalid_grant"
    clients.update(Client.objects.get(slug="app"), {"token_endpoint_auth_method": "client_secret_basic"}, actor="test")
    assert error(flow.exchange(code, started), 401) == "invalid_client"


@pytest.mark.row(119)
@pytest.mark.parametrize("path", ["introspection_endpoint", "revocation_endpoint"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_withdrawn_secret_neither_reads_nor_revokes(flow: Flow, person: Any, path: str, kind: str):
    issued = flow.tokens(person, "openid offline_access")
    assert flow.introspect(issued[kind]).json()["active"]
    new = clients.rotate_secret(Client.objects.get(slug="shop"), overlap=0, actor="test")
    answer = flow.post(path, {"token": issued[kind]})
    assert answer.status_code == 401
    flow.client_secret = new
    assert flow.introspect(issued[kind]).json()["active"]


@pytest.mark.row(119)
def test_a_disabled_client_does_nothing_in_any_process(flow: Flow, person: Any):
    issued = flow.tokens(person, "openid offline_access")
    assert flow.introspect(issued["refresh_token"]).json()["active"]
    clients.update(Client.objects.get(slug="shop"), {"disabled": True}, actor="test")
    for token in (issued["access_token"], issued["refresh_token"], "x"):
        assert flow.introspect(token).status_code == 401
        assert flow.revoke(token).status_code == 401
    assert flow.refresh(issued["refresh_token"]).status_code == 401
    assert flow.userinfo(issued["access_token"]).status_code == 401


@pytest.mark.row(119)
def test_a_change_of_the_client_costs_no_answer(flow: Flow, person: Any):
    issued = flow.tokens(person, "openid offline_access")
    for number, ask in enumerate([flow.introspect, flow.revoke]):
        clients.update(Client.objects.get(slug="shop"), {"client_name": f"Name {number}"}, actor="test")
        assert ask(issued["access_token"]).status_code == 200
