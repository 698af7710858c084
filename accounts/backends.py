"""The authentication backend: allauth's, finding people by the canonical form of their name."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from accounts.models import User
from accounts.passwords import MAXIMUM_LENGTH


class Backend(AuthenticationBackend):
    """Permissions of our own groups count; a password that is too long is never hashed."""

    def authenticate(self, request: object, **credentials: object) -> User | None:
        """The user, or `None`; unknown names cost the same work as wrong passwords."""
        if len(str(credentials.get("password") or "")) > MAXIMUM_LENGTH:
            return None
        return super().authenticate(request, **credentials)  # type: ignore[no-any-return]

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.filter(account_groups__users=user_obj)
