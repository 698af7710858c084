"""`idp clean`: remove what expired, in batches."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from providers.services import expiry


class Command(BaseCommand):
    """Remove expired rows; the worker does the same every few minutes."""

    help = "Remove expired tokens, codes, requests and sessions, in batches."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many rows went."""
        self.stdout.write(f"{expiry.clean(timezone.now())} removed")
