"""The sections of a configuration file, in the order in which they can be applied; each is served by one service."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.models import Group, Organization, User
from accounts.services import groups, organizations, users
from accounts.services.schema import Schema
from idp import demo
from providers.models import Client, Key, Provider
from providers.services import clients, keys, namespaces, providers
from scopes.models import Assignment, ScopeMapping
from scopes.services import assignments, mappings


@dataclass(frozen=True)
class Section:
    """How the things of one section are found, made, changed, shown and listed."""

    schema: Schema
    find: Callable[[Mapping[str, Any]], Any | None]
    create: Callable[..., Any]
    update: Callable[..., Any]
    read: Callable[..., dict[str, Any]]
    listed: Callable[[], Iterable[Any]]
    has_secrets: bool = False

    @property
    def name(self) -> str:
        """What the file calls it."""
        return self.schema.section

    def key(self, data: Mapping[str, Any]) -> str:
        """What names an item in messages and in the order of an export."""
        return str(data.get(self.schema.key) or data.get("name") or "")

    def shown(self, thing: Any, *, secrets: bool) -> dict[str, Any]:
        """The representation, with secrets where asked for and there are any."""
        return self.read(thing, secrets=secrets) if self.has_secrets else self.read(thing)


def _client(data: Mapping[str, Any]) -> Client | None:
    """By slug, else by client id in its name space: who made it may have called it otherwise."""
    found = clients.find(str(data.get("slug", "")))
    if found is not None or not data.get("client_id"):
        return found
    namespace = namespaces.of_provider(str(data.get("provider", "")))
    return Client.objects.filter(namespace=namespace, client_id=data["client_id"], managed=False).first()


def _users() -> Iterable[User]:
    listed = User.objects.prefetch_related(*users.PREFETCH)
    return listed.exclude(username=demo.USERNAME) if settings.IDP.demo else listed


def _groups() -> Iterable[Group]:
    listed = Group.objects.select_related(*groups.SELECT)
    return listed.exclude(name=demo.GROUP) if settings.IDP.demo else listed


def _clients() -> Iterable[Client]:
    mine = Client.objects.filter(managed=False, registration_source=Client.RegistrationSource.MANUAL)
    return mine.select_related(*clients.SELECT).prefetch_related(*clients.PREFETCH)


SECTIONS: tuple[Section, ...] = (
    Section(
        groups.SCHEMA,
        lambda data: groups.find(str(data.get("name", ""))),
        groups.create,
        groups.update,
        groups.read,
        _groups,
    ),
    Section(
        users.SCHEMA,
        lambda data: users.find(str(data.get("username", ""))),
        users.create,
        users.update,
        users.read,
        _users,
        has_secrets=True,
    ),
    Section(
        organizations.SCHEMA,
        lambda data: organizations.find(organizations.key_of(data)),
        organizations.create,
        organizations.update,
        organizations.read,
        lambda: Organization.objects.prefetch_related(*organizations.PREFETCH),
    ),
    Section(
        keys.SCHEMA,
        lambda data: keys.find(str(data.get("name", ""))),
        keys.create,
        keys.update,
        keys.read,
        lambda: Key.objects.prefetch_related(*keys.PREFETCH),
        has_secrets=True,
    ),
    Section(
        mappings.SCHEMA,
        lambda data: mappings.find(str(data.get("name", ""))),
        mappings.create,
        mappings.update,
        mappings.read,
        lambda: ScopeMapping.objects.filter(managed=False),
    ),
    Section(
        assignments.SCHEMA,
        lambda data: assignments.find(str(data.get("name", ""))),
        assignments.create,
        assignments.update,
        assignments.read,
        lambda: Assignment.objects.filter(managed=False).prefetch_related(*assignments.PREFETCH),
    ),
    Section(
        providers.SCHEMA,
        lambda data: providers.find(str(data.get("name", ""))),
        providers.create,
        providers.update,
        providers.read,
        lambda: Provider.objects.filter(managed=False),
    ),
    Section(clients.SCHEMA, _client, clients.create, clients.update, clients.read, _clients, has_secrets=True),
)
BY_NAME: Mapping[str, Section] = {section.name: section for section in SECTIONS}
# The order of the operations contract, in which files are written.
NAMES = ("organizations", "groups", "users", "keys", "scopes", "assignments", "providers", "clients", "policies")
