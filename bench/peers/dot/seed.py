"""Makes the signing key, the tables, one user and the two clients of the benchmark."""

import os
import sys
from pathlib import Path

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

sys.path.insert(0, str(Path(__file__).parent))
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
(Path(os.environ["BENCH_DIRECTORY"]) / "oidc.pem").write_bytes(PEM)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  (needs the configured registry)
from django.core.management import call_command  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from plans import REDIRECT_URI, SERVICE, USER, WEB  # noqa: E402

call_command("migrate", verbosity=0)
user = User.objects.create_user(USER[0], "alice@example.org", USER[1])
common = {"client_type": Application.CLIENT_CONFIDENTIAL, "skip_authorization": True, "user": user}
Application.objects.create(
    client_id=SERVICE[0],
    client_secret=SERVICE[1],
    authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    **common,
)
Application.objects.create(
    client_id=WEB[0],
    client_secret=WEB[1],
    redirect_uris=REDIRECT_URI,
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    algorithm=Application.RS256_ALGORITHM,
    **common,
)
