"""Password rules beyond Django's own."""

from typing import Any

from django.core.exceptions import ValidationError

MAXIMUM_LENGTH = 1024  # a bound on what the hash function is fed (catalogue rule 19)


class MaximumLengthValidator:
    """Refuses a password that is longer than anybody types."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` when too long."""
        if len(password) > MAXIMUM_LENGTH:
            raise ValidationError(f"Use at most {MAXIMUM_LENGTH} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        """Nobody needs to be told."""
        return ""
