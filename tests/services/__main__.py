"""`python -m tests.services COMMAND…` runs a command with PostgreSQL and Redis at hand, named in its environment."""

import os
import signal
import subprocess
import sys

from tests.services.postgresql import postgresql
from tests.services.redis_server import redis_server


def main(command: list[str]) -> int:
    """Run the command; returns its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgresql() as database_url, redis_server() as redis_url:
        return subprocess.run(
            command, env={**os.environ, "TEST_DATABASE_URL": database_url, "TEST_REDIS_URL": redis_url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
