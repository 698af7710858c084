"""The product's settings under a fixed environment of their own; nothing of the caller's `IDP_*` reaches a test.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` choose the servers (unset: SQLite, no Redis); `TEST_BASE_URL` the public origin.
"""

import atexit
import base64
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("IDP_") or name == "PORT"]:
    del os.environ[name]

_folder = tempfile.mkdtemp(prefix="gatehouse-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ |= {
    "IDP_BASE_URL": os.environ.get("TEST_BASE_URL", "http://localhost:8000"),
    "IDP_DATA_DIR": _folder,
    "IDP_SECRET_KEY": "a fixed secret key, for tests and nothing else: 0123456789",
    "IDP_ENCRYPTION_KEYS": base64.urlsafe_b64encode(bytes(range(32))).decode("ascii"),
    "IDP_OUTBOUND_ALLOW": "127.0.0.0/8,::1,localhost",
    "IDP_DEMO": "1",
    "IDP_OPEN_REGISTRATION": "1",
    "IDP_LOG_LEVEL": "warning",
    "IDP_LOG_FORMAT": "text",
}
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["IDP_DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
if os.environ.get("TEST_REDIS_URL"):
    # Workers of one run each empty a Redis database of their own.
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["IDP_REDIS_URL"] = f"{os.environ['TEST_REDIS_URL'].rpartition('/')[0]}/{_worker % 16}"

from idp.settings import *  # noqa: E402, F403 - the environment has to stand first
from idp.settings import DATABASES, IDP  # noqa: E402

# A file, not memory: threads and processes of a test then meet the locks that users meet.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(IDP.data_dir / "test.sqlite3")}
else:
    # Emptying every table between tests may take a busy machine longer than an answer may take the product.
    DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=60000 -c lock_timeout=30000"
# Argon2 is slow on purpose; tests that are about it ask for the product's hashers.
PRODUCT_PASSWORD_HASHERS = PASSWORD_HASHERS  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PRODUCT_PASSWORD_HASHERS]
STATIC_ROOT = IDP.data_dir
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
