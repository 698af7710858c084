"""What may know what, beyond the layers that import-linter holds."""

import ast

from tests.architecture.tree import APPS, imports, modules, syntax

BELOW_HTTP = (
    *(f"providers/{folder}" for folder in ("endpoints", "grants", "tokens", "client_auth", "authorize", "response_modes", "statements")),
    *(f"providers/{module}.py" for module in ("errors", "issuance", "issuer", "jose", "messages", "pkce", "security_profiles")),
    "providers/models",
    "providers/services",
    "scopes",
    "audit",
)
HTTP = ("django.http", "django.shortcuts", "django.views", "rest_framework")


def test_the_protocol_core_does_not_know_http():
    wrong = {
        (path.as_posix(), name)
        for path in modules(*BELOW_HTTP)
        for name in imports(path)
        if name.startswith(HTTP) and not {"api", "admin"} & {part.removesuffix(".py") for part in path.parts}
    }
    assert wrong == set()


def test_signals_are_received_in_one_module():
    wrong = {
        path.as_posix()
        for path in modules(*APPS)
        if "django.dispatch.receiver" in set(imports(path)) and path.as_posix() != "accounts/receivers.py"
    }
    assert wrong == set()


def test_models_do_not_override_save_or_delete():
    wrong = {
        f"{path.as_posix()}:{node.lineno}"
        for path in modules("accounts/models", "providers/models", "scopes/models.py", "audit/models.py")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    }
    assert wrong == set()


def test_only_the_hot_path_and_its_statements_write_sql():
    wrong = {
        f"{path.as_posix()}:{node.lineno}"
        for path in modules(*APPS)
        if not path.as_posix().startswith("providers/statements/")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and node.attr in {"raw", "extra", "RawSQL"} and _is_manager(node.value)
    }
    assert wrong == set()


def _is_manager(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "objects"
