"""gunicorn's logger without an access log: with a logging configuration of our own it would format an entry for every request."""

from typing import Any

from gunicorn.glogging import Logger as BaseLogger


class Logger(BaseLogger):
    """Errors go where all logs go; requests are counted by `/metrics`, refusals are logged by the endpoints."""

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Log nothing."""
