"""From a URL to database settings."""

import pytest

from idp.database import database
from idp.env import BadEnvironment


@pytest.mark.parametrize("url", ["mysql://localhost/idp", "idp.sqlite3", "postgres://localhost/idp?fsync=off"])
def test_an_unknown_database_or_option_is_refused(url):
    with pytest.raises(BadEnvironment, match="IDP_DATABASE_URL"):
        database(url)


@pytest.mark.parametrize(("url", "name"), [("sqlite:////srv/idp.sqlite3", "/srv/idp.sqlite3"), ("sqlite:///srv/a%20b", "/srv/a b")])
def test_a_sqlite_path_is_absolute(url, name):
    assert database(url)["NAME"] == name


def test_every_wait_for_postgresql_has_a_bound():
    options = database("postgres://idp:p%40ss@db1:5433,db2/idp?target_session_attrs=read-write")["OPTIONS"]
    assert options["connect_timeout"] == 5
    assert all(name in options["options"] for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"))


def test_several_hosts_and_an_escaped_password_are_understood():
    found = database("postgres://idp:p%40ss@db1:5433,db2/idp?target_session_attrs=read-write")
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"]) == ("db1,db2", "5433,5432", "idp", "p@ss", "idp")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"
