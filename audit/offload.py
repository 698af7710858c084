"""A seam for work that waits: the ORM, a slow hash, another host.

Ordinarily it runs where it is called. Where many requests share one thread, as under `providers.statements.hub`, the lane
puts its own way of waiting here.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Lane = Callable[[Callable[[], object]], object]

_lanes: list[Lane] = []


def use(lane: Lane) -> None:
    """Hand blocking work to a lane, which runs it at once when the caller is none of its own."""
    _lanes[:] = [lane]


def blocking(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that blocks its thread while it waits."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if not _lanes:
            return function(*args, **kwargs)
        return _lanes[0](lambda: function(*args, **kwargs))  # type: ignore[return-value]

    run.__doc__, run.__name__, run.__wrapped__ = function.__doc__, function.__name__, function  # type: ignore[attr-defined]
    return run
