"""Every route of the API, asked by everybody (catalogue row 218). A route that is missing here fails the run."""

from collections.abc import Iterator

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from idp.api.router import RESOURCES
from idp.bootstrap import ensure_api_client
from providers.models import Client
from tests.api.conftest import Caller, MakeCaller, token_for
from tests.conftest import MakeClient, MakeUser

pytestmark = [pytest.mark.django_db, pytest.mark.row(218)]

MODELS = {
    "users": "user",
    "groups": "group",
    "organizations": "organization",
    "projects": "project",
    "keys": "key",
    "scopes": "scopemapping",
    "assignments": "assignment",
    "providers": "provider",
    "clients": "client",
    "sessions": "session",
    "consents": "consent",
    "tokens": "accesstoken",
    "events": "event",
}
READ_ONLY = {"sessions", "consents", "tokens", "events"}
OPEN = {"schema/", "docs/", ""}
ITEM = {"clients": "nothing-here", "keys": "nothing-here", "tokens": "access-999999"}


def routes() -> Iterator[tuple[str, str, str]]:
    """Method, path and verb of the permission that it needs."""
    for name in MODELS:
        item = f"/{name}/{ITEM.get(name, '999999')}/"
        yield "get", f"/{name}/", f"view_{MODELS[name]}"
        yield "get", item, f"view_{MODELS[name]}"
        if name not in READ_ONLY:
            yield "post", f"/{name}/", f"add_{MODELS[name]}"
            yield "patch", item, f"change_{MODELS[name]}"
        if name != "events":
            yield "delete", item, f"delete_{MODELS[name]}"
    yield "post", "/keys/nothing-here/rotate/", "change_key"
    yield "post", "/clients/nothing-here/rotate-secret/", "change_client"


ROUTES = tuple(routes())
each_route = pytest.mark.parametrize(("method", "path", "permission"), ROUTES, ids=[f"{method} {path}" for method, path, _ in ROUTES])


@each_route
def test_a_stranger_is_asked_who_they_are(stranger: Caller, method: str, path: str, permission: str) -> None:
    answer = stranger(method, path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="gatehouse"'


@each_route
def test_a_plain_user_may_do_nothing(plain: Caller, method: str, path: str, permission: str) -> None:
    assert plain(method, path).status_code == 403


@each_route
def test_somebody_with_every_other_permission_may_not(make_caller: MakeCaller, method: str, path: str, permission: str) -> None:
    others = {needed for _, _, needed in ROUTES} - {permission}
    assert make_caller("carol", *others, staff=True)(method, path).status_code == 403


@each_route
def test_the_permission_is_enough(make_caller: MakeCaller, method: str, path: str, permission: str) -> None:
    assert make_caller("carol", permission)(method, path).status_code in {200, 400, 404}


@each_route
def test_an_administrator_may(root: Caller, method: str, path: str, permission: str) -> None:
    assert root(method, path).status_code in {200, 400, 404}


def test_view_only_staff_read_everything_and_write_nothing(make_caller: MakeCaller) -> None:
    viewer = make_caller("viewer", *(f"view_{model}" for model in MODELS.values()), staff=True)
    answers = {(method, path): viewer(method, path).status_code for method, path, _ in ROUTES}
    assert {status for (method, _), status in answers.items() if method == "get"} == {200, 404}
    assert {status for (method, _), status in answers.items() if method != "get"} == {403}


def test_no_route_is_missing_from_the_matrix() -> None:
    assert {name for name, _ in RESOURCES} == set(MODELS)
    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    assert isinstance(api, URLResolver)
    found = {str(entry.pattern) for entry in api.url_patterns if isinstance(entry, URLPattern)} - OPEN
    known = {f"{name}/$" for name in MODELS} | {f"{name}/(?P<{key(name)}>{pattern(name)})/$" for name in MODELS}
    known |= {rf"keys/(?P<name>{ANY})/rotate/$", rf"clients/(?P<slug>{ANY})/rotate-secret/$"}
    assert {path.removeprefix("^").removesuffix("\\Z") for path in found} == known


def key(name: str) -> str:
    return {"clients": "slug", "keys": "name"}.get(name, "pk")


ANY = r"[^/\x00]+"


def pattern(name: str) -> str:
    return "(?:access|refresh)-[0-9]{1,18}" if name == "tokens" else ANY


def test_a_token_without_the_scope_is_refused(make_user: MakeUser) -> None:
    answer = Caller(token_for(make_user("root", superuser=True), scope="openid")).get("/users/")
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_a_token_of_a_client_that_lost_the_scope_is_refused(root: Caller, make_user: MakeUser) -> None:
    token = token_for(make_user("boss", superuser=True))
    from_client = Caller(token)
    assert from_client.get("/users/").status_code == 200
    client = ensure_api_client()
    Client.objects.filter(pk=client.pk).update(scope="openid", version=client.version + 1)
    assert from_client.get("/users/").status_code == 403


def test_nonsense_for_a_token_is_invalid(instance: None) -> None:
    for token in ("x", "x" * 9000, "a b", "\x7f"):
        answer = Caller(token).get("/users/")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.row(221)
def test_nobody_makes_themselves_an_administrator(make_caller: MakeCaller) -> None:
    carol = make_caller("carol", "add_user", "change_user", "view_user")
    assert carol.user is not None
    assert carol.patch(f"/users/{carol.user.pk}/", {"superuser": True}).status_code == 403
    assert carol.post("/users/", {"username": "other", "staff": True}).status_code == 403
    assert carol.patch(f"/users/{carol.user.pk}/", {"nickname": "caz"}).status_code == 200


@pytest.mark.row(221)
def test_nobody_takes_over_somebody_who_may_do_more(root: Caller, make_caller: MakeCaller) -> None:
    carol = make_caller("carol", "change_user", "delete_user", "view_user")
    boss = make_caller("boss", "change_client", "change_user", "delete_user", "view_user")
    for above in (root, boss):
        assert above.user is not None
        assert carol.patch(f"/users/{above.user.pk}/", {"password": "correct horse battery staple 7"}).status_code == 403
        assert carol.delete(f"/users/{above.user.pk}/").status_code == 403


@pytest.mark.row(221)
def test_nobody_joins_a_group_that_may_do_more(make_caller: MakeCaller) -> None:
    make_caller("boss", "change_client")
    carol = make_caller("carol", "change_user", "change_group", "delete_group", "view_user", "view_group")
    assert carol.user is not None
    groups = carol.get("/groups/?name=may-of-boss").json()["results"]
    assert carol.patch(f"/users/{carol.user.pk}/", {"groups": ["may-of-carol", "may-of-boss"]}).status_code == 403
    assert carol.patch(f"/groups/{groups[0]['id']}/", {"members": ["carol"]}).status_code == 403
    assert carol.delete(f"/groups/{groups[0]['id']}/").status_code == 403


def test_an_organization_brings_no_projects_past_the_permission_for_them(make_caller: MakeCaller) -> None:
    carol = make_caller("carol", "add_organization", "view_organization")
    body = {"key": "acme", "projects": [{"key": "web"}]}
    assert carol.post("/organizations/", body).status_code == 403
    assert carol.post("/organizations/", {"key": "acme"}).status_code == 201


def test_a_disabled_client_is_no_way_in(root: Caller, make_client: MakeClient) -> None:
    client = ensure_api_client()
    Client.objects.filter(pk=client.pk).update(disabled=True, version=client.version + 1)
    assert root.get("/users/").status_code == 401
