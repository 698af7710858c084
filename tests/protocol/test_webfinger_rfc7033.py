"""WebFinger (RFC 7033, OpenID Connect Discovery 1.0 §2)."""

from django.test import Client

PATH = "/.well-known/webfinger"


def test_a_request_without_a_resource_is_400(db: None) -> None:
    assert Client().get(PATH).status_code == 400


def test_a_resource_given_twice_is_400(db: None) -> None:
    assert Client().get(f"{PATH}?resource=acct:a@x&resource=acct:b@x").status_code == 400


def test_it_names_the_root_issuer(db: None) -> None:
    answer = Client().get(PATH, {"resource": "acct:alice@example.org", "rel": "http://openid.net/specs/connect/1.0/issuer"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jrd+json"
    assert answer.json() == {
        "subject": "acct:alice@example.org",
        "links": [{"rel": "http://openid.net/specs/connect/1.0/issuer", "href": "http://localhost:8000/"}],
    }


def test_somebody_unknown_gets_the_same_answer(db: None) -> None:
    known, unknown = (Client().get(PATH, {"resource": f"acct:{name}@example.org"}) for name in ("alice", "nobody"))
    assert known.json()["links"] == unknown.json()["links"]
