"""Which scopes a request gets: pure algebra on names (RFC 6749 §3.3), with path scopes (WLCG Common JWT Profiles §scopes).

A path scope is a name, a colon and a path: `storage.read:/a` covers `storage.read:/a/b`, never `storage.read:/ab`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from scopes.errors import BadScope

TEXT_LIMIT = 16 * 1024
COUNT_LIMIT = 200

OFFLINE_ACCESS = "offline_access"
GITHUB_SCOPES = frozenset({"user", "read:user", "user:email", "read:org"})
API_SCOPES = frozenset({"gatehouse/api"})
# Granted when asked for by name, never because nothing was asked for.
SPECIAL_SCOPES = GITHUB_SCOPES | API_SCOPES | {OFFLINE_ACCESS}

STORAGE_SCOPES = tuple(f"storage.{verb}" for verb in ("read", "create", "modify", "stage", "poll", "write"))
COMPUTE_SCOPES = tuple(f"compute.{verb}" for verb in ("read", "modify", "create", "cancel"))
BUILTIN_SCOPES = frozenset(STORAGE_SCOPES + COMPUTE_SCOPES)
# Who may modify may create (WLCG Common JWT Profiles, `storage.modify`).
_IMPLIED = {"storage.create": "storage.modify"}

_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_GROUP_PATH = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9_.-]*)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True)
class Selection:
    """What a request comes to. `dropped` are the names that were asked for and are not granted."""

    granted: tuple[str, ...]
    dropped: tuple[str, ...]
    requested: tuple[str, ...]


def parse(text: str) -> tuple[str, ...]:
    """The names of a `scope` parameter in their order, each once; raises `BadScope` outside the grammar of RFC 6749 §3.3."""
    if len(text) > TEXT_LIMIT:
        raise BadScope("The scope is too long")
    names = tuple(dict.fromkeys(name for name in text.split(" ") if name))
    if len(names) > COUNT_LIMIT:
        raise BadScope("There are too many scopes")
    for name in names:
        if not _TOKEN.fullmatch(name):
            raise BadScope("A scope holds a character that it may not hold", name)
    return names


def base(scope: str) -> str:
    """The name of a scope without the path that a path scope carries."""
    name, colon, _ = scope.partition(":")
    return name if colon and name in _FORMS else scope


def check(scope: str) -> None:
    """Refuse a known path scope that is not well formed with `BadScope`; other names pass."""
    name, colon, path = scope.partition(":")
    form = _FORMS.get(name)
    if form is not None:
        form(scope, path if colon else None)


def covers(allowed: str, wanted: str) -> bool:
    """Whether holding `allowed` is enough for `wanted`. Malformed path scopes neither cover nor are covered."""
    wanted_name, wanted_path = _split(wanted)
    allowed_name, allowed_path = _split(allowed)
    if wanted_name not in _FORMS:
        return allowed == wanted
    if allowed_name not in (wanted_name, _IMPLIED.get(wanted_name)) or not (_well_formed(allowed) and _well_formed(wanted)):
        return False
    if wanted_name not in STORAGE_SCOPES:
        return allowed_path in (None, wanted_path)
    return _inside(allowed_path or "", wanted_path or "")


def covered(wanted: str, allowed: Iterable[str]) -> bool:
    """Whether one of the `allowed` scopes covers `wanted`."""
    return any(covers(one, wanted) for one in allowed)


def select(
    requested: tuple[str, ...], configured: Collection[str], known: Collection[str], special: Collection[str] = SPECIAL_SCOPES
) -> Selection:
    """What an authorization request or a device start gets.

    `configured` is what the client may have, `known` the names this server has a meaning for. Nothing requested means
    everything configured but the `special` ones. Raises `BadScope` when nothing of a request is left, or when a known
    scope is malformed.
    """
    if not requested:
        return Selection(tuple(name for name in dict.fromkeys(configured) if base(name) in known and name not in special), (), ())
    granted: list[str] = []
    dropped: list[str] = []
    for name in dict.fromkeys(requested):
        is_known = base(name) in known
        if is_known:
            check(name)
        (granted if is_known and covered(name, configured) else dropped).append(name)
    if not granted:
        raise BadScope("None of the requested scopes is available to this client", " ".join(dropped))
    return Selection(tuple(granted), tuple(dropped), requested)


def narrow(requested: tuple[str, ...], granted: Collection[str], originally_requested: Collection[str] = ()) -> tuple[str, ...]:
    """What a refresh gets: a part of what was granted (RFC 6749 §6), without touching the grant itself.

    What was asked for at first and not granted is left out silently, because some clients always send their whole list;
    raises `BadScope` for what was never asked for. Leaving `offline_access` out costs only its mention in the answer.
    """
    if not requested:
        return tuple(granted)
    kept = []
    for name in dict.fromkeys(requested):
        check(name)
        if covered(name, granted):
            kept.append(name)
        elif not covered(name, originally_requested):
            raise BadScope("The scope goes beyond what was granted", name)
    if not kept:
        raise BadScope("None of the requested scopes was granted", " ".join(requested))
    return tuple(kept)


def strict(requested: tuple[str, ...], configured: Collection[str], special: Collection[str] = SPECIAL_SCOPES) -> tuple[str, ...]:
    """What a client gets for itself at the token endpoint: everything it names, or `BadScope`; unnamed, all but the special ones."""
    if not requested:
        return tuple(name for name in dict.fromkeys(configured) if name not in special)
    for name in requested:
        check(name)
        if not covered(name, configured):
            raise BadScope("The scope is not available to this client", name)
    return tuple(dict.fromkeys(requested))


def _split(scope: str) -> tuple[str, str | None]:
    name, colon, path = scope.partition(":")
    return (name, path) if colon else (name, None)


def _well_formed(scope: str) -> bool:
    try:
        check(scope)
    except BadScope:
        return False
    return True


def _inside(directory: str, path: str) -> bool:
    return path == directory or path.startswith(directory if directory.endswith("/") else f"{directory}/")


def _storage_path(scope: str, path: str | None) -> None:
    if path is None or not path.startswith("/"):
        raise BadScope("The scope needs an absolute path", scope)
    segments = path[1:].split("/")
    if not segments[-1]:
        segments.pop()  # a trailing slash says "a directory", and "/" is the root
    for segment in segments:
        # Servers behind us decode before they compare: what looks like an ordinary name must be one after that, too.
        name = unquote(segment)
        if name in ("", ".", "..") or _CONTROL.search(name):
            raise BadScope("The path of the scope is not normalised", scope)


def _group_path(scope: str, path: str | None) -> None:
    if path is not None and not _GROUP_PATH.fullmatch(path):
        raise BadScope("The scope does not name a group", scope)


def _no_path(scope: str, path: str | None) -> None:
    if path is not None:
        raise BadScope("The scope takes no path", scope)


_FORMS: Mapping[str, Callable[[str, str | None], None]] = {
    **dict.fromkeys(STORAGE_SCOPES, _storage_path),
    **dict.fromkeys(COMPUTE_SCOPES, _no_path),
    "wlcg.groups": _group_path,
}
