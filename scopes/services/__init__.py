"""Writing scope mappings and assignments."""

from scopes.services.assignments import ensure_allow_all
from scopes.services.mappings import ensure_builtin

__all__ = ["ensure_allow_all", "ensure_builtin"]
