"""What a hostile caller sends: bodies, content types, cursors, cookies."""

import pytest

from idp.api.pagination import _SIGNER
from tests.api.conftest import Caller
from tests.conftest import MakeUser
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

DEEP = b'{"metadata":' * 40 + b"1" + b"}" * 40
BODIES = {
    "not JSON": b"{",
    "empty": b"",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "a number that overflows": b'{"metadata": {"x": 1e999}}',
    "a huge integer": b'{"metadata": {"x": ' + b"9" * 5000 + b"}}",
    "beyond 64 bits": b'{"metadata": {"x": 9223372036854775808}}',
    "a member twice": b'{"name": "a", "name": "b"}',
    "a member twice inside": b'{"name": "a", "metadata": {"x": 1, "x": 2}}',
    "a deep nest": DEEP,
    "a very deep nest": b"[" * 100_000,
    "not UTF-8": b'{"name": "\xff"}',
    "an overlong sequence": b'{"name": "\xc0\xaf"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a NUL": b'{"name": "a\\u0000b"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
}


@pytest.mark.row(237)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_two_readers_could_read_differently_is_refused(root: Caller, body: bytes) -> None:
    answer = root.post("/groups/", body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert root.get("/groups/").json()["results"] == []


def test_text_of_any_script_is_stored_exactly(root: Caller) -> None:
    name = "группа \U0001f980 \u202eabc \\u0000"
    assert root.post("/groups/", {"name": name}).json()["name"] == name


def test_an_escaped_pair_of_surrogates_is_one_character(root: Caller) -> None:
    assert root.post("/groups/", b'{"name": "\\ud83e\\udd80"}').json()["name"] == "\U0001f980"


@pytest.mark.row(238)
def test_a_body_over_two_megabytes_is_refused(root: Caller) -> None:
    assert root.post("/groups/", b'{"name": "' + b"a" * 2_200_000 + b'"}').status_code == 413


@pytest.mark.row(226)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""])
def test_only_json_is_read(root: Caller, kind: str) -> None:
    answer = root.post("/groups/", b'{"name": "sales"}', content_type=kind)
    assert answer.status_code == 415
    assert root.get("/groups/").json()["results"] == []


@pytest.mark.row(226)
def test_a_cookie_alone_writes_nothing(make_user: MakeUser) -> None:
    browser = signed_in(make_user("root", superuser=True, staff=True), csrf=True)
    caller = Caller(browser=browser)
    assert caller.post("/groups/", {"name": "sales"}).status_code == 403
    assert caller.post("/groups/", b'{"name": "sales"}', content_type="text/plain").status_code == 403
    assert caller.get("/groups/", **{"X-HTTP-Method-Override": "DELETE"}).status_code == 200
    assert caller.get("/groups/").json()["results"] == []


@pytest.mark.row(226)
def test_a_cookie_with_the_token_of_the_form_writes(make_user: MakeUser) -> None:
    browser = signed_in(make_user("root", superuser=True, staff=True), csrf=True)
    browser.get("/accounts/logout/")
    token = browser.cookies["idp-csrf"].value
    assert Caller(browser=browser).post("/groups/", {"name": "sales"}, **{"X-CSRFToken": token}).status_code == 201


def test_the_cookie_of_somebody_who_is_no_staff_opens_nothing(make_user: MakeUser) -> None:
    browser = signed_in(make_user("boss", superuser=True, staff=False), csrf=True)
    assert Caller(browser=browser).get("/groups/").status_code == 403


@pytest.mark.row(225)
@pytest.mark.parametrize("cursor", ["", "x", "bz0x", "cD0xMDA=", "bz0tMSZwPWFiYw==", "%00", _SIGNER.sign("x")])
def test_a_forged_cursor_is_refused(root: Caller, cursor: str) -> None:
    answer = root.get(f"/groups/?cursor={cursor}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.row(225)
def test_pages_are_capped_and_say_no_totals(root: Caller) -> None:
    for number in range(3):
        root.post("/groups/", {"name": f"group-{number}"})
    page = root.get("/groups/?page_size=1000000000").json()
    assert set(page) == {"results", "next", "previous"}
    assert root.get("/groups/?page_size=-1").status_code == 200


def test_links_lead_through_all_pages_at_the_configured_origin(root: Caller) -> None:
    for number in range(5):
        root.post("/groups/", {"name": f"group-{number}"})
    names, link = [], "http://localhost:8000/api/v1/groups/?page_size=2"
    while link:
        assert link.startswith("http://localhost:8000/api/v1/groups/?")
        page = root.get(link.removeprefix("http://localhost:8000/api/v1"), Host="evil.example.org").json()
        names += [item["name"] for item in page["results"]]
        link = page["next"]
    assert names == [f"group-{number}" for number in range(5)]


def test_filters_take_nonsense(root: Caller) -> None:
    for query in ("user=%00", "user=" + "9" * 400, "username=" + "a" * 5000, "client_id=%ff"):
        for name in ("sessions", "consents", "tokens", "users", "events"):
            assert root.get(f"/{name}/?{query}").status_code in {200, 400}


def test_ids_take_nonsense(root: Caller) -> None:
    for item, status in (("0", 404), ("-1", 404), ("9" * 40, 404), ("x", 404), ("%00", 400)):
        for name in ("groups", "keys", "clients"):
            answer = root.get(f"/{name}/{item}/")
            assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
