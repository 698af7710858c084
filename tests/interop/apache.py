"""A throw-away Apache with mod_auth_openidc: one location behind a login, which shows what the module says about the person."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import httpx

from tests.services.process import Process

MODULES = Path("/usr/lib/apache2/modules")
NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "alias", "cgid", "auth_openidc")

# What the module adds to the environment of a program (OIDC_CLAIM_*, REMOTE_USER) is what an application behind it sees.
PROGRAM = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\nCache-Control: no-store\\r\\n\\r\\n'
env | grep -E '^(OIDC_|REMOTE_USER=)' | sort
"""

CONFIGURATION = Template("""
ServerRoot $folder
ServerName 127.0.0.1
Listen 127.0.0.1:$port
PidFile $folder/apache.pid
ErrorLog /dev/stderr
LogLevel warn auth_openidc:info
Mutex file:$folder default
ScriptSock $folder/cgi.sock
StartServers 1
ServerLimit 1
$modules
$identity

OIDCProviderMetadataURL $issuer.well-known/openid-configuration
OIDCClientID $client_id
OIDCClientSecret $client_secret
OIDCCryptoPassphrase $passphrase
OIDCRedirectURI http://127.0.0.1:$port/members/callback
OIDCScope "$scope"
OIDCResponseMode $response_mode
OIDCPKCEMethod S256
OIDCCookieSameSite $same_site
OIDCRemoteUserClaim email
OIDCPassClaimsAs environment
OIDCPassUserInfoAs claims
OIDCClaimDelimiter ,
OIDCDefaultLoggedOutURL http://127.0.0.1:$port/
OIDCCacheType shm

ScriptAlias /members/page $folder/page
<Directory $folder>
  Require all granted
</Directory>
<Location /members>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /members/engineers>
  AuthType openid-connect
  Require claim groups:engineering
</Location>
<Location /members/directors>
  AuthType openid-connect
  Require claim groups:directors
</Location>
ScriptAlias /members/engineers $folder/page
ScriptAlias /members/directors $folder/page
""")


@contextmanager
def apache(port: int, **settings: str) -> Iterator[str]:
    """Run one on `port`; yields its origin. `settings` fill in the configuration."""
    program = shutil.which("apache2", path="/usr/sbin:/usr/bin")
    assert program and (MODULES / "mod_auth_openidc.so").is_file(), "Apache or mod_auth_openidc is missing; tests/setup installs them"
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-apache-", dir="/tmp"))
    process = None
    try:
        _prepare(folder, port, settings)
        process = Process([program, "-f", str(folder / "apache.conf"), "-DFOREGROUND"], folder / "log", cwd=folder)
        origin = f"http://127.0.0.1:{port}"
        process.wait_until(lambda: _answers(origin))
        yield origin
    finally:
        if process:
            process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, port: int, settings: dict[str, str]) -> None:
    (folder / "page").write_text(PROGRAM, encoding="utf-8")
    (folder / "page").chmod(0o755)
    identity = ""
    if os.geteuid() == 0:
        # Apache serves nothing as root; Debian has a user for it.
        shutil.chown(folder, "www-data", "www-data")
        identity = "User www-data\nGroup www-data"
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NEEDED)
    text = CONFIGURATION.substitute(settings, folder=folder, port=str(port), modules=modules, identity=identity)
    (folder / "apache.conf").write_text(text, encoding="utf-8")


def _answers(origin: str) -> bool:
    try:
        return httpx.get(origin, timeout=5, verify=False).status_code < 500
    except httpx.HTTPError:
        return False
