"""The version of shared configuration."""

from django.db.models import F

from providers.models import Registry


def bump() -> None:
    """Tell every process that what it keeps of keys, mappings, groups or applications is old; in the caller's transaction."""
    if not Registry.objects.filter(pk=1).update(version=F("version") + 1):
        Registry.objects.create(pk=1)
