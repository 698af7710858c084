"""Structured logs on standard error: an allow-list of fields, secrets cut out, one line an entry."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Names and shapes that never reach a log, wherever they come from (catalogue rule 24).
SECRET_NAMES = re.compile(
    r"(?i)\b(access_token|refresh_token|id_token|id_token_hint|code|code_verifier|client_secret|client_assertion|assertion|password|token|secret|"
    r"device_code|user_code|authorization|cookie|set-cookie|request_uri|logout_token|csrfmiddlewaretoken|sessionid|api_key)"
    r"(\s*[=:]\s*|\"\s*:\s*\"?)[^\s&,;\"']+"
)
JWT_SHAPE = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*){1,3}")
QUERY = re.compile(r"\?[^\s\"']*")
TEXT_LIMIT = 2000


def redact(text: str) -> str:
    """Cut secrets, query strings and control characters out of a text that is about to be logged."""
    text = QUERY.sub("?…", JWT_SHAPE.sub("[jwt]", SECRET_NAMES.sub(r"\1=[redacted]", text)))
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)[:TEXT_LIMIT]


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: redact every text of the entry, drop what is no plain value."""
    return {name: redact(value) if isinstance(value, str) else value for name, value in event.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | tuple)


def add_origin(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the id of the request in progress beside the entry."""
    from_context = structlog.contextvars.get_contextvars()
    return {**from_context, **event}


def exception_summary(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace a traceback by its frames without values: local variables may be secrets."""
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        frames = []
        step = info[2]
        while step is not None:
            frames.append(f"{step.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{step.tb_lineno} {step.tb_frame.f_code.co_name}")
            step = step.tb_next
        event["exception"] = info[0].__name__
        event["trace"] = " < ".join(reversed(frames[-12:]))
    return event


def logging_configuration(level: str, form: str) -> dict[str, Any]:
    """A `logging.config` dictionary. `level` is a lower-case level name, `form` is `text` or `json`."""
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "idp": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.stdlib.ExtraAdder(),
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                ],
                "processors": [
                    add_origin,
                    exception_summary,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    redact_event,
                    renderer,
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "idp"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "WARNING"},
            "gunicorn.error": {"handlers": ["stderr"], "propagate": False, "level": level.upper()},
        },
    }


def configure(configuration: dict[str, Any]) -> None:
    """Apply the configuration once, at the start of the process."""
    logging.config.dictConfig(configuration)
