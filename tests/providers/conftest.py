"""Values that unit tests of the core build upon."""

from collections.abc import Callable
from typing import Any

import pytest

from providers.messages import ClientRecord
from providers.statements import clients
from tests.conftest import MakeClient


@pytest.fixture
def record(make_client: MakeClient) -> Callable[..., ClientRecord]:
    """A client as the core sees it."""

    def make(slug: str = "shop", **fields: Any) -> ClientRecord:
        made = make_client(slug, **fields)
        found = clients.find("", made.client_id)
        assert found is not None
        return found

    return make
