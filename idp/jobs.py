"""Periodic jobs of `idp worker`, each with the seconds between two runs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from providers.services import expiry, keys

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something that is done again and again."""

    name: str
    period: int
    run: Callable[[], int]


JOBS = (
    Job("advance keys", 30, lambda: keys.advance(timezone.now())),
    Job("remove what expired", 300, lambda: expiry.clean(timezone.now())),
)


def run(job: Job) -> None:
    """Run one job; a failure is logged and the next run tries again."""
    try:
        count = job.run()
    except Exception:
        log.exception("job failed", extra={"job": job.name})
        return
    if count:
        log.info("job done", extra={"job": job.name, "count": count})
