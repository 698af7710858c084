"""The product as an operator runs it: `idp serve` in a process of its own, with a private data directory."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import httpx

from tests.services.postgresql import create_database, drop_database
from tests.services.process import Process, free_port

ROOT = Path(__file__).resolve().parents[2]
IDP = Path(sys.executable).parent / "idp"


class Server:
    """One running instance.

    `base_url` is its public origin, `token` an API token of the administrator `username` with `password`. With
    `cluster` (a PostgreSQL URL) it gets a database of its own there, else it uses SQLite.
    """

    def __init__(self, cluster: str | None = None, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-server-"))
        self.port = free_port()
        self.base_url = f"http://localhost:{self.port}"
        self.username, self.password = "admin", secrets.token_urlsafe(16)
        self.token = secrets.token_urlsafe(32)
        self.process: Process | None = None
        self.database_url = create_database(cluster, f"server_{secrets.token_hex(6)}") if cluster else None
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "TEST_"))}
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "idp.settings",
            "IDP_BASE_URL": self.base_url,
            "IDP_BIND": f"127.0.0.1:{self.port}",
            "IDP_DATA_DIR": str(self.folder / "var"),
            "IDP_BOOTSTRAP_USERNAME": self.username,
            "IDP_BOOTSTRAP_PASSWORD": self.password,
            "IDP_BOOTSTRAP_TOKEN": self.token,
            "IDP_OUTBOUND_ALLOW": "127.0.0.0/8,::1,localhost",
            "IDP_RATE_LIMITS": "off",
            "IDP_OPEN_REGISTRATION": "1",
            "IDP_DEMO": "1",
            **({"IDP_DATABASE_URL": self.database_url} if self.database_url else {}),
            **environment,
        }

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        self.remove()

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.process = Process([str(IDP), "serve"], self.folder / "log", cwd=ROOT, env=self.environment)
        # Seconds on an idle machine; a build machine may be busy.
        self.process.wait_until(self._is_ready, seconds=240)

    def stop(self) -> int | None:
        """Stop it as an operator does; returns the exit code."""
        return self.process.stop() if self.process else None

    def restart(self) -> None:
        """Stop and start; data, address and secrets stay."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Remove the data."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.database_url:
            drop_database(self.database_url)

    def idp(self, *words: str, given: str | None = None) -> str:
        """Run a command beside the server; returns what it printed, raises `RuntimeError` when it fails."""
        done = subprocess.run(
            [str(IDP), *words], cwd=ROOT, env=self.environment, input=given, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise RuntimeError(f"idp {' '.join(words)} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        return done.stdout

    def apply(self, configuration: dict[str, Any]) -> str:
        """`idp apply` of this configuration."""
        path = self.folder / "configuration.json"
        path.write_text(json.dumps(configuration), encoding="utf-8")
        return self.idp("apply", "-f", str(path))

    def _is_ready(self) -> bool:
        # Nothing here needs TLS, whose context costs more than the whole request: a loop of those would slow the start down.
        try:
            return httpx.get(f"{self.base_url}/readyz", timeout=10, verify=False).status_code == 200
        except httpx.HTTPError:
            return False
