"""How an authorization answer travels: one module a mode, one list (OAuth 2.0 Multiple Response Types §2.1)."""

from collections.abc import Mapping
from types import ModuleType

from providers.response_modes import form_post, fragment, query

MODES: Mapping[str, ModuleType] = {"query": query, "fragment": fragment, "form_post": form_post}
