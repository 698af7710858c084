"""Who takes part: how each server is installed, seeded, started and stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from browser import Browser, send
from plans import OPERATIONS, REDIRECT_URI, SCOPE, SERVICE, USER, WEB, Endpoints, Target

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = HERE / "peers"
START_SECONDS = 180
PASSWORD = "bench-administrator-password"
GUNICORN = ["--http-parser", "python", "--no-control-socket", "--keep-alive", "30", "--log-level", "warning"]

Environment = dict[str, str]


class Unavailable(Exception):
    """This contestant cannot take part here; the text says what is missing."""


@dataclass(frozen=True)
class Setting:
    """What a contestant is given: an empty database, a directory of its own and a port."""

    database_url: str
    directory: Path
    port: int


@dataclass(frozen=True)
class Contestant:
    """One server. `prepare` installs and seeds it once; `command` starts it."""

    name: str
    discovery: str
    prepare: Callable[[Setting], None]
    command: Callable[[Setting], list[str]]
    environment: Callable[[Setting], Environment]
    login: dict[str, str] = field(default_factory=dict)
    endpoint_defaults: dict[str, str] = field(default_factory=dict)
    distinct: int = 64
    warm: bool = True
    operations: tuple[str, ...] = tuple(OPERATIONS)

    @contextmanager
    def running(self, setting: Setting, cpu: str, connections: int) -> Iterator[Target]:
        """Start the server on one core and give the target; stop its whole process group at the end."""
        log = setting.directory / "server.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                ["taskset", "-c", cpu, *self.command(setting)],
                env=self.environment(setting),
                cwd=setting.directory,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _wait(process, setting.port, self.discovery, log)
            endpoints = Endpoints.discover(setting.port, self.discovery, self.endpoint_defaults)
            yield Target(setting.port, Browser(setting.port), endpoints, self.login, self.distinct, connections * 2, process.pid)
        finally:
            _stop(process)


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if send(port, "GET", path).status == HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"did not start: {log.read_text(errors='replace')[-600:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sign)
            process.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return


def _run(command: list[str], setting: Setting, environment: Environment, cwd: Path | None = None) -> None:
    with (setting.directory / "prepare.log").open("a+") as output:
        done = subprocess.run(command, env=environment, cwd=cwd or setting.directory, stdout=output, stderr=subprocess.STDOUT, check=False)
        output.seek(0)
        if done.returncode:
            raise Unavailable(f"{Path(command[0]).name} {command[1]}: {output.read()[-600:]}")


def _need(program: str) -> str:
    found = shutil.which(program)
    if not found:
        raise Unavailable(f"{program} is not installed")
    return found


# -- Gatehouse -----------------------------------------------------------------------------------------------

IDP = ROOT / ".venv/bin/idp"


def gatehouse_configuration() -> dict[str, object]:
    """What `idp apply` is given: an ES256 key, one user, a service and a web client at the root issuer."""
    shared = {
        "issuer_mode": "root",
        "consent": "implicit",
        "force_consent_on_offline_access": False,
        "refresh_token_rotation": True,
        "key": "bench",
        "id_token_signed_response_alg": "ES256",
    }
    service = {
        **shared,
        "slug": SERVICE[0],
        "client_name": "Service",
        "client_id": SERVICE[0],
        "client_secret": SERVICE[1],
        "grant_types": ["client_credentials"],
        "response_types": [],
        "scope": "read",
    }
    web = {
        **shared,
        "slug": WEB[0],
        "client_name": "Web",
        "client_id": WEB[0],
        "client_secret": WEB[1],
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": SCOPE,
    }
    return {
        "users": [{"username": USER[0], "password": USER[1], "email": "alice@example.org", "email_verified": True, "given_name": "Alice"}],
        "keys": [{"name": "bench", "algorithm": "ES256"}],
        "scopes": [{"name": "read", "description": "Read", "template": "{}"}],
        "clients": [service, web],
    }


def _gatehouse_environment(setting: Setting) -> Environment:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IDP_") and name != "PORT"}
    return kept | {
        "IDP_BASE_URL": f"http://127.0.0.1:{setting.port}",
        "IDP_BIND": f"127.0.0.1:{setting.port}",
        "IDP_DATABASE_URL": setting.database_url,
        "IDP_DATA_DIR": str(setting.directory / "var"),
        "IDP_BOOTSTRAP_PASSWORD": PASSWORD,
        "IDP_RATE_LIMITS": "off",
        "IDP_WORKERS": "1",
        "IDP_DEMO": "0",
        "IDP_LOG_LEVEL": "warning",
    }


def _gatehouse_prepare(setting: Setting) -> None:
    if not IDP.exists():
        raise Unavailable("Gatehouse is not installed: run `make run` once")
    configuration = setting.directory / "bench.json"
    configuration.write_text(json.dumps(gatehouse_configuration()))
    environment = _gatehouse_environment(setting)
    for arguments in (["migrate"], ["bootstrap"], ["apply", "-f", str(configuration)]):
        _run([str(IDP), *arguments], setting, environment, ROOT)


# -- oidc-provider -------------------------------------------------------------------------------------------

NODE_PEER = PEERS / "oidc-provider"


def _node_prepare(setting: Setting) -> None:
    npm = _need("npm")
    if not (NODE_PEER / "node_modules").exists():
        _run([npm, "ci", "--no-audit", "--no-fund"], setting, dict(os.environ), NODE_PEER)


def _node_command(_: Setting) -> list[str]:
    return [_need("node"), str(NODE_PEER / "server.mjs")]


def _node_environment(store: str) -> Callable[[Setting], Environment]:
    def environment(setting: Setting) -> Environment:
        own = {"STORE": store, "PORT": str(setting.port), "DATABASE_URL": setting.database_url, "NODE_ENV": "production"}
        return dict(os.environ) | own

    return environment


# -- django-oauth-toolkit ------------------------------------------------------------------------------------

DOT_PEER = PEERS / "dot"
DOT_VENV = DOT_PEER / ".venv"


def _dot_environment(setting: Setting) -> Environment:
    own = {
        "DATABASE_URL": setting.database_url,
        "BENCH_DIRECTORY": str(setting.directory),
        "DJANGO_SETTINGS_MODULE": "dot_settings",
        "PYTHONPATH": f"{DOT_PEER}{os.pathsep}{HERE}",
    }
    return dict(os.environ) | own


def _dot_prepare(setting: Setting) -> None:
    python = str(DOT_VENV / "bin/python")
    if not DOT_VENV.exists():
        uv = _need("uv")
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        _run([uv, "venv", "--python", version, str(DOT_VENV)], setting, dict(os.environ))
        _run([uv, "pip", "install", "--python", python, "-r", str(DOT_PEER / "requirements.txt")], setting, dict(os.environ))
    _run([python, str(DOT_PEER / "seed.py")], setting, _dot_environment(setting))


def _dot_command(setting: Setting) -> list[str]:
    workers = ["-k", "gthread", "--threads", "4", "-b", f"127.0.0.1:{setting.port}"]
    return [str(DOT_VENV / "bin/gunicorn"), *GUNICORN, *workers, "dot_wsgi:application"]


CONTESTANTS: tuple[Contestant, ...] = (
    Contestant(
        "gatehouse",
        "/.well-known/openid-configuration",
        _gatehouse_prepare,
        lambda _: [str(IDP), "serve"],
        _gatehouse_environment,
        login={"login": USER[0], "password": USER[1]},
    ),
    Contestant("oidc-provider-pg", "/.well-known/openid-configuration", _node_prepare, _node_command, _node_environment("pg")),
    Contestant("oidc-provider-memory", "/.well-known/openid-configuration", _node_prepare, _node_command, _node_environment("memory")),
    Contestant(
        "dot",
        "/o/.well-known/openid-configuration",
        _dot_prepare,
        _dot_command,
        _dot_environment,
        login={"username": USER[0], "password": USER[1]},
        endpoint_defaults={"introspection_endpoint": "/o/introspect/"},
        distinct=8,
        warm=False,
    ),
)
