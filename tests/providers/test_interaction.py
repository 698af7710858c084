"""The one decision point of an authorization request as a table; and what is stored of requests that wait."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.authentication import Authentication
from accounts.models import User
from providers.authorize import consents, hints, sessions, stored
from providers.authorize.interaction import (
    AskConsent,
    Fail,
    Login,
    Progress,
    RememberedConsent,
    Respond,
    SelectAccount,
    Situation,
    next_step,
)
from providers.conf import PENDING_REQUESTS_PER_BROWSER
from providers.errors import PageDenied
from providers.issuer import ROOT, Route
from providers.messages import AuthorizeRequest, ClientRecord
from providers.models import AuthorizationRequest, Consent, Session
from providers.statements import people, registry
from scopes.access import Decision

Record = Callable[..., ClientRecord]
NOW = timezone.now()
AGO = NOW - timedelta(seconds=100)
ALLOWED, KEPT_OUT = Decision(True, "everyone"), Decision(False, "board", "Only for the board.")


@pytest.fixture
def situation(record: Record, alice: User) -> Situation:
    """Alice signed in a while ago; the shop asks for openid, which she agreed to before."""
    request = AuthorizeRequest(parameters={}, client=record(), redirect_uri="https://rp.example.org/cb", scope=("openid",))
    authentication = Authentication(user_id=alice.pk, auth_time=AGO, amr=("pwd",), acr="sfa")
    return Situation(request, authentication, Progress(), NOW, alice.sub, ALLOWED, RememberedConsent(("openid",)))


def asking(situation: Situation, **fields: Any) -> Situation:
    """The same with another request."""
    return replace(situation, request=replace(situation.request, **fields))


PROVED = Progress(login_asked_at=AGO - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("fields", "progress", "expected"),
    [
        ({}, Progress(), Respond(("openid",))),
        ({"prompt": frozenset({"login"})}, Progress(), Login(again=True)),
        ({"prompt": frozenset({"login"})}, PROVED, Respond(("openid",))),
        ({"prompt": frozenset({"login"})}, Progress(login_asked_at=NOW), Login(again=True)),
        ({"max_age": 0}, Progress(), Login(again=True)),
        ({"max_age": 0}, PROVED, Respond(("openid",))),
        ({"max_age": 99}, Progress(), Login(again=True)),
        ({"max_age": 100}, Progress(), Respond(("openid",))),
        ({"prompt": frozenset({"select_account"})}, Progress(), SelectAccount()),
        ({"prompt": frozenset({"select_account"})}, Progress(account_chosen=True), Respond(("openid",))),
        ({"prompt": frozenset({"consent"})}, Progress(), AskConsent(())),
        ({"hinted_sub": "somebody-else"}, Progress(), SelectAccount()),
        ({"scope": ("openid", "email")}, Progress(), AskConsent(("email",))),
        ({"resource": ("https://api.example.org/",)}, Progress(), AskConsent(())),
        ({"claims": {"userinfo": {"email": None}}}, Progress(), AskConsent(())),
    ],
)
def test_what_is_next(situation: Situation, fields: dict[str, Any], progress: Progress, expected: object) -> None:
    """OpenID Connect Core 1.0 §3.1.2.3, §3.1.2.4"""
    assert next_step(replace(asking(situation, **fields), progress=progress)) == expected


@pytest.mark.parametrize(
    ("fields", "changes", "code"),
    [
        ({}, {"authentication": None}, "login_required"),
        ({"max_age": 1}, {}, "login_required"),
        ({"hinted_sub": "x"}, {}, "account_selection_required"),
        ({"scope": ("openid", "email")}, {}, "consent_required"),
        ({}, {"access": KEPT_OUT}, "access_denied"),
    ],
)
def test_what_prompt_none_makes_of_it(situation: Situation, fields: dict[str, Any], changes: dict[str, Any], code: str) -> None:
    """OpenID Connect Core 1.0 §3.1.2.6"""
    step = next_step(replace(asking(situation, prompt=frozenset({"none"}), **fields), **changes))
    assert isinstance(step, Fail)
    assert step.error.error == code
    assert not isinstance(step.error, PageDenied)


def test_nobody_signs_in_first(situation: Situation) -> None:
    assert next_step(replace(situation, authentication=None)) == Login()


def test_somebody_else_after_the_choice_is_an_error(situation: Situation) -> None:
    step = next_step(replace(asking(situation, hinted_sub="x"), progress=Progress(account_chosen=True)))
    assert isinstance(step, Fail)
    assert step.error.error == "login_required"


def test_whoever_is_kept_out_sees_a_page(situation: Situation) -> None:
    step = next_step(replace(situation, access=KEPT_OUT))
    assert isinstance(step, Fail)
    assert isinstance(step.error, PageDenied)


@pytest.mark.parametrize(
    ("acr", "fails"),
    [
        ({"essential": True, "value": "mfa"}, True),
        ({"essential": True, "values": ["mfa", "sfa"]}, False),
        ({"essential": True}, False),
        ({"value": "mfa"}, False),
        (None, False),
    ],
)
def test_only_an_essential_acr_counts(situation: Situation, acr: dict[str, Any] | None, fails: bool) -> None:
    """OpenID Connect Core 1.0 §5.5.1.1"""
    step = next_step(replace(asking(situation, claims={"id_token": {"acr": acr}}), consent=RememberedConsent(("openid",), claims=("acr",))))
    assert isinstance(step, Fail) is fails


def test_consent_for_this_request_counts_for_this_person_alone(situation: Situation) -> None:
    given = Progress(consented_scope=("openid",), consented_sub=situation.sub)
    wider = asking(situation, scope=("openid", "email"))
    assert next_step(replace(wider, progress=given)) == Respond(("openid",))
    assert next_step(replace(wider, progress=replace(given, consented_sub="bob"))) == AskConsent(("email",))


def test_what_was_declined_is_left_out_silently(situation: Situation) -> None:
    declined = RememberedConsent(("openid",), declined=("email",))
    assert next_step(replace(asking(situation, scope=("openid", "email")), consent=declined)) == Respond(("openid",))


# hints


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, ""),
        ({"id_token": None}, ""),
        ({"id_token": {"sub": None}}, ""),
        ({"id_token": {"sub": {"value": "a"}}}, "a"),
        ({"id_token": {"sub": {"value": 7}}}, ""),
        ({"id_token": {"sub": "a"}}, ""),
        ({"userinfo": {"sub": {"value": "a"}}}, ""),
    ],
)
def test_the_sub_that_claims_insists_on(claims: dict[str, Any], expected: str) -> None:
    """OpenID Connect Core 1.0 §5.5.1"""
    assert hints.sub_of_claims(claims) == expected


# sessions


def test_a_session_is_made_once_and_follows_the_browsers_key(alice: User) -> None:
    first = Authentication(user_id=alice.pk, auth_time=NOW, session_key="a" * 32)
    made = sessions.ensure(first, "")
    assert sessions.ensure(first, made.sid) == made
    assert sessions.ensure(replace(first, session_key="b" * 32), made.sid) == made
    assert Session.objects.get().session_key == "b" * 32


def test_a_session_of_somebody_else_or_one_that_ended_is_not_taken_over(alice: User, make_user: Callable[..., User]) -> None:
    made = sessions.ensure(Authentication(user_id=alice.pk, auth_time=NOW), "")
    bob = make_user("bob")
    assert sessions.ensure(Authentication(user_id=bob.pk, auth_time=NOW), made.sid).sid != made.sid
    Session.objects.update(ended_at=NOW)
    assert sessions.ensure(Authentication(user_id=alice.pk, auth_time=NOW), made.sid).sid != made.sid


# stored requests


def test_the_oldest_of_a_browsers_requests_go(situation: Situation) -> None:
    made = [stored.create(situation.request, Route(ROOT, "authorize"), "", "b" * 43) for _ in range(PENDING_REQUESTS_PER_BROWSER + 3)]
    other = stored.create(situation.request, Route(ROOT, "authorize"), "", "c" * 43)
    assert AuthorizationRequest.objects.count() == PENDING_REQUESTS_PER_BROWSER + 1
    assert stored.load(made[0], "b" * 43) is None
    assert stored.load(made[-1], "b" * 43) is not None
    assert stored.load(other, "b" * 43) is None


def test_a_request_is_answered_once(situation: Situation) -> None:
    made = stored.create(situation.request, Route(ROOT, "authorize"), "", "b" * 43)
    assert [stored.answered(made, "b" * 43) for _ in range(2)] == [True, False]


# remembered consent


def person(alice: User) -> Any:
    found = people.find(alice.pk, registry.current())
    assert found is not None
    return found[0]


def test_consent_of_an_earlier_epoch_does_not_count(situation: Situation, alice: User) -> None:
    client = situation.request.client
    assert client is not None
    consents.remember(person(alice), situation.request, ("openid",), NOW)
    assert consents.remembered(alice.pk, client, NOW) is not None
    assert consents.remembered(alice.pk, replace(client, consent_epoch=1), NOW) is None


def test_a_decision_is_added_to_those_before(situation: Situation, alice: User) -> None:
    wide = replace(situation.request, scope=("openid", "email", "phone"), resource=("https://b/",))
    consents.remember(person(alice), replace(situation.request, resource=("https://a/",)), ("openid",), NOW)
    consents.remember(person(alice), wide, ("openid", "email"), NOW)
    row = Consent.objects.get()
    assert (row.scope, row.declined_scope, row.resource) == ("openid email", "phone", ["https://a/", "https://b/"])
    consents.remember(person(alice), replace(wide, scope=("phone", "email")), ("phone",), NOW)
    row.refresh_from_db()
    assert (row.scope, row.declined_scope) == ("openid phone", "email")
