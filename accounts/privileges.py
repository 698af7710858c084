"""Nobody gives away, or gets, more than they have themselves (catalogue rows 221, 222)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.models import Group, User

FLAGS = {"staff": "is_staff", "superuser": "is_superuser"}


def may_change_user(actor: User, user: User | None, data: Mapping[str, Any]) -> None:
    """Raise `PermissionDenied` unless the actor may write this data; `user` is `None` for a new one, `data` empty for a removal."""
    if actor.is_superuser:
        return
    if user is not None and user.pk != actor.pk and _exceeds(actor, user):
        raise PermissionDenied("This person may do more than you; an administrator can change them.")
    for name, column in FLAGS.items():
        if name in data and bool(data[name]) != bool(getattr(user, column, False)):
            raise PermissionDenied("Only administrators decide who administers.")
    names = data.get("groups")
    if isinstance(names, list):
        present = set(user.groups.values_list("name", flat=True)) if user is not None else set()
        joined = [name for name in names if isinstance(name, str) and name not in present]
        may_fill_groups(actor, Group.objects.filter(name__in=joined))


def may_fill_groups(actor: User, groups: Iterable[Group]) -> None:
    """Raise `PermissionDenied` when a group carries permissions that the actor lacks: its members would have them."""
    if actor.is_superuser:
        return
    own = actor.get_all_permissions()
    for group in groups:
        carried = {f"{app}.{codename}" for app, codename in group.permissions.values_list("content_type__app_label", "codename")}
        if carried - own:
            raise PermissionDenied(f"The group “{group.name}” may do more than you; an administrator can change it.")


def _exceeds(actor: User, user: User) -> bool:
    return user.is_superuser or user.is_staff > actor.is_staff or bool(user.get_all_permissions() - actor.get_all_permissions())
