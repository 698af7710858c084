"""The OpenAPI document and its pages."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from idp.api.router import RESOURCES

pytestmark = pytest.mark.django_db


def test_the_document_is_made_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    for name, _ in RESOURCES:
        assert f"/api/v1/{name}/:" in out.getvalue()


def test_the_document_is_served() -> None:
    answer = Browser().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer.json()["openapi"].startswith("3.")


def test_secrets_are_write_only_in_the_document() -> None:
    schemas = Browser().get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["components"]["schemas"]
    assert schemas["User"]["properties"]["password"]["writeOnly"] is True
    assert schemas["Client"]["properties"]["client_secret"]["writeOnly"] is True
    assert schemas["CreatedClient"]["properties"]["client_secret"]["readOnly"] is True
    assert "password_hash" not in schemas["User"]["properties"]


def test_the_pages_load_nothing_from_elsewhere() -> None:
    answer = Browser().get("/api/v1/docs/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert not [url for url in re.findall(r"""(?:src|href)=["']([^"']+)""", text) if not url.startswith("/")]
    assert '"validatorUrl": null' in text
    assert "http" not in answer["Content-Security-Policy"]
