"""Refusals on the command line: one line."""

from django.core.exceptions import ValidationError


def refusal(error: ValidationError) -> str:
    """The messages of a refusal with the fields they belong to."""
    if hasattr(error, "error_dict"):
        return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
    return " ".join(error.messages)
