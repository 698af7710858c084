"""Moving the clock: `with later(60): …`. It goes on ticking."""

import time
from contextlib import AbstractContextManager
from typing import Any

import time_machine


def later(seconds: float) -> AbstractContextManager[Any]:
    """The world that many seconds from now."""
    return time_machine.travel(time.time() + seconds, tick=True)
