"""Somebody to sign in as and something to sign in to, for the first minute (`IDP_DEMO`)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction

from accounts.models import User
from accounts.services import groups, organizations, users
from providers.services import clients

ACTOR = "demo"
USERNAME, PASSWORD = "demo", "demo-Password-1"
CLIENT = "playground"
GROUP = "demo"
ORGANIZATION = "iam-admins"
PERSON: dict[str, Any] = {
    "username": USERNAME,
    "password": PASSWORD,
    "email": "demo@example.org",
    "email_verified": True,
    "name": "Dana Demo",
    "given_name": "Dana",
    "family_name": "Demo",
    "middle_name": "Maria",
    "nickname": "Dana",
    "preferred_username": "demo",
    "profile": "https://example.org/demo",
    "picture": "https://example.org/demo.png",
    "website": "https://example.org/",
    "gender": "female",
    "birthdate": "1990-02-28",
    "zoneinfo": "Europe/Berlin",
    "locale": "en-GB",
    "phone_number": "+49 30 1234567",
    "phone_number_verified": True,
    "address": {
        "formatted": "1 Sample Street\n10115 Berlin\nGermany",
        "street_address": "1 Sample Street",
        "locality": "Berlin",
        "region": "Berlin",
        "postal_code": "10115",
        "country": "Germany",
    },
    "groups": [GROUP],
    "attributes": {"department": "Demonstration"},
}


@transaction.atomic
def ensure(administrator: User) -> None:
    """Make the demo once; afterwards only follow a change of the base URL. What somebody removed stays removed."""
    found = clients.find(CLIENT)
    wanted = {"redirect_uris": [f"{settings.BASE_URL}/playground/callback"], "disabled": False}
    if found is not None and found.managed:
        clients.update(found, wanted, actor=ACTOR, managed=True)
        return
    if found is None:
        clients.create(_client() | wanted, actor=ACTOR, managed=True)
    if groups.find(GROUP) is None:
        groups.create({"name": GROUP, "metadata": {"about": "People of the demo"}}, actor=ACTOR)
    if users.find(USERNAME) is None:
        users.create(PERSON, actor=ACTOR, trusted=True)
    if organizations.find(ORGANIZATION) is None:
        people = [administrator.username]
        data = {
            "key": ORGANIZATION,
            "name": "IAM administrators",
            "members": people,
            "projects": [{"key": ORGANIZATION, "members": people}],
        }
        organizations.create(data, actor=ACTOR)


@transaction.atomic
def withdraw() -> None:
    """With the demo off nobody signs in with a password that stands in the documentation."""
    found = clients.find(CLIENT)
    if found is not None and found.managed and not found.disabled:
        clients.update(found, {"disabled": True}, actor=ACTOR, managed=True)
    user = users.find(USERNAME)
    if user is not None and user.is_active and check_password(PASSWORD, user.password):
        users.update(user, {"disabled": True}, actor=ACTOR)


def _client() -> dict[str, Any]:
    return {
        "slug": CLIENT,
        "client_id": CLIENT,
        "client_name": "Playground",
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email groups offline_access",
        "consent": "explicit",
    }
