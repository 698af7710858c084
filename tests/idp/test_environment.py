"""Settings from the environment: what is refused, and what follows from what."""

import base64
import os

import pytest

from idp.env import EX_CONFIG, BadEnvironment, Environment
from idp.environment import load

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode("ascii")
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def read(tmp_path):
    def loaded(**values):
        return load(Environment({"IDP_DATA_DIR": str(tmp_path / "var"), "IDP_SECRET_KEY": SECRET, "IDP_ENCRYPTION_KEYS": KEY, **values}))

    return loaded


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"IDP_BASE_UR": "http://localhost"}, "IDP_BASE_UR: there is no such setting"),
        ({"IDP_BASE_URL": "login.example.org"}, "IDP_BASE_URL"),
        ({"IDP_BASE_URL": "https://login.example.org/sso"}, "IDP_BASE_URL"),
        ({"IDP_BASE_URL": "https://login.example.org:99999"}, "IDP_BASE_URL"),
        ({"IDP_BIND": "8000"}, "IDP_BIND"),
        ({"IDP_DEMO": "perhaps"}, "IDP_DEMO"),
        ({"IDP_THREADS": "0"}, "IDP_THREADS"),
        ({"IDP_LOG_LEVEL": "loud"}, "IDP_LOG_LEVEL"),
        ({"IDP_OPEN_REGISTRATION": "2"}, "IDP_OPEN_REGISTRATION"),
        ({"IDP_SECRET_KEY": "short"}, "IDP_SECRET_KEY"),
        ({"IDP_SECRET_KEY": "a" * 50}, "IDP_SECRET_KEY"),
        ({"IDP_ENCRYPTION_KEYS": "c2hvcnQ"}, "IDP_ENCRYPTION_KEYS"),
        ({"IDP_ENCRYPTION_KEYS": f"{KEY},{KEY}"}, "the same key stands twice"),
        ({"PORT": "http"}, "PORT"),
    ],
)
def test_a_bad_value_is_refused_by_name(read, values, words):
    with pytest.raises(BadEnvironment, match=words):
        read(**values)


def test_a_value_and_its_file_together_are_refused(read, tmp_path):
    (tmp_path / "name").write_text("root")
    with pytest.raises(BadEnvironment, match="both set"):
        read(IDP_BOOTSTRAP_USERNAME="admin", IDP_BOOTSTRAP_USERNAME_FILE=str(tmp_path / "name"))


def test_a_file_that_cannot_be_read_is_refused(read, tmp_path):
    with pytest.raises(BadEnvironment, match="cannot read"):
        read(IDP_REDIS_URL_FILE=str(tmp_path / "nothing"))


def test_a_value_is_read_from_the_file_that_is_named(read, tmp_path):
    (tmp_path / "password").write_text("from a file\n")
    assert read(IDP_BOOTSTRAP_PASSWORD_FILE=str(tmp_path / "password")).bootstrap_password == "from a file"


def test_the_port_moves_the_address_and_the_default_origin(read):
    settings = read(PORT="9000")
    assert (settings.bind, settings.base_url) == ("127.0.0.1:9000", "http://localhost:9000")


def test_the_port_leaves_a_chosen_origin_alone(read):
    assert read(PORT="9000", IDP_BASE_URL="https://login.example.org/").base_url == "https://login.example.org"


def test_sqlite_means_one_process_and_the_demo(read):
    settings = read(IDP_WORKERS="4")
    assert (settings.workers, settings.demo, settings.open_registration) == (1, True, "1")


def test_postgresql_means_no_demo(read):
    settings = read(IDP_DATABASE_URL="postgres://idp@localhost/idp", IDP_WORKERS="4")
    assert (settings.workers, settings.demo, settings.open_registration) == (4, False, "0")


def test_secrets_are_made_once_for_their_owner_alone(tmp_path):
    first, second = (load(Environment({"IDP_DATA_DIR": str(tmp_path)})) for _ in range(2))
    assert (first.secret_key, first.encryption_keys) == (second.secret_key, second.encryption_keys)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    load(Environment({"IDP_DATA_DIR": str(tmp_path)}))
    os.chmod(tmp_path / "secret_key", 0o644)  # noqa: PTH101
    with pytest.raises(BadEnvironment, match="can be read by others"):
        load(Environment({"IDP_DATA_DIR": str(tmp_path)}))


def test_bad_settings_end_the_process_with_one_line_and_code_78(run_idp):
    done = run_idp("check", IDP_THREADS="many")
    assert done.returncode == EX_CONFIG
    assert done.stderr.splitlines() == ["idp: IDP_THREADS: “many” is not a whole number from 1 to 256."]
