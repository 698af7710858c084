"""What can go wrong between a scope and its claims. No OAuth here: the layer above says which error code that is."""


class BadScope(Exception):
    """A scope that cannot be granted; `scope` is the offending part of the request, as sent."""

    def __init__(self, reason: str, scope: str = "") -> None:
        self.reason = reason
        self.scope = scope
        super().__init__(f"{reason}: {scope!r}" if scope else reason)


class SourceError(Exception):
    """The source of a mapping that cannot be compiled. `offset` counts characters from 0; `code` names the kind of mistake."""

    def __init__(self, reason: str, offset: int = 0, code: str = "invalid") -> None:
        self.reason = reason
        self.offset = offset
        self.code = code
        super().__init__(reason)


class EvaluationError(Exception):
    """A mapping that compiled and yet has no claims for this person."""
