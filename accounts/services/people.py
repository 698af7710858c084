"""Finding the people that a list of user names means."""

from collections.abc import Iterable

from accounts.models import User, canonical_username
from accounts.services.schema import refuse_unknown


def by_names(names: Iterable[str]) -> list[User]:
    """The users, by any spelling of their names; raises `ValidationError` for those who do not exist."""
    wanted = {canonical_username(name): name for name in names}
    found = {user.username_key: user for user in User.objects.filter(username_key__in=wanted)}
    refuse_unknown(wanted.values(), (wanted[key] for key in found), "user")
    return [found[key] for key in wanted]
