"""How gunicorn serves us (`idp serve`): threads, bounded everything, one worker process for jobs beside it."""

from pathlib import Path
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from idp import bounds
from idp.settings import IDP, LOGGING
from idp.supervisor import Supervisor

# With PostgreSQL the machine endpoints share a thread and a pipeline; the embedded database wants plain threads.
batches = not IDP.database_url.startswith("sqlite:")
wsgi_app = "idp.asgi:application" if batches else "idp.wsgi:application"
proc_name = "gatehouse"
bind = IDP.bind
workers = IDP.workers
worker_class = "idp.uvicorn_worker.Worker" if batches else "gthread"
threads = 1 if batches else IDP.threads
worker_connections = bounds.CONNECTIONS
keepalive = bounds.KEEP_ALIVE_SECONDS
timeout = 30
# One second more than the requests in progress get; the rest of the ten is for the worker beside us.
graceful_timeout = bounds.GRACEFUL_SECONDS + 1
# A single process would leave a gap while it is replaced.
max_requests = 200_000 if workers > 1 else 0
max_requests_jitter = 20_000
http_parser = "python"
limit_request_line = bounds.REQUEST_LINE
limit_request_fields = bounds.FIELDS
limit_request_field_size = bounds.FIELD
# Proxies are `idp.middleware`'s business; gunicorn believes nobody.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files want memory
accesslog = None
logger_class = "idp.gunicorn_logger.Logger"
logconfig_dict = LOGGING

_supervisor = Supervisor(["worker"])


def when_ready(_server: Any) -> None:
    """Start the worker once the socket is ours."""
    _supervisor.start()


def on_exit(_server: Any) -> None:
    """End the worker with us."""
    _supervisor.stop()


def child_exit(_server: Any, worker: Any) -> None:
    """Fold the counters of a process that is gone into the others'."""
    if workers > 1:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
