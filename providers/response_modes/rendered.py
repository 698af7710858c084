"""What a response mode makes of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rendered:
    """An address to redirect to, or, with `form`, the address and the fields of a form."""

    location: str
    form: Mapping[str, str] | None = None
