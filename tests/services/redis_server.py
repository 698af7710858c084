"""A throw-away Redis on a free loopback port."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.services.process import Process, free_port


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a server that keeps nothing; yields its URL."""
    program = shutil.which("redis-server")
    if not program:
        raise RuntimeError("Redis is missing; tests/setup installs it.")
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-redis-"))
    port = free_port()
    process = None
    try:
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        process = Process(command, folder / "log")
        process.wait_until(lambda: _answers(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        if process:
            process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with redis.Redis(port=port, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
