"""Who may do what: Django's model permissions, one per action; what is not listed is refused (catalogue rule 13)."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User

VERBS = {"GET": "view", "HEAD": "view", "OPTIONS": "view", "POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class ModelPermissions(BasePermission):
    """`view`, `add`, `change` or `delete` on the model of the resource.

    A view names its model with `permission_model`; an action that is none of the four, such as a rotation, changes an existing thing.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller holds the permission that the action asks for."""
        model, verb = getattr(view, "permission_model", None), VERBS.get(request.method or "")
        if not isinstance(request.user, User) or model is None or verb is None:
            return False
        if verb == "add" and getattr(view, "action", None) != "create":
            verb = "change"
        return request.user.is_active and request.user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")
