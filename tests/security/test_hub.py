"""Attacks of one request on those it shares a thread and a transaction with."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from providers.models import Client
from providers.services import clients
from providers.statements import Sql
from providers.statements.hub import Hub
from tests.conftest import SECRET
from tests.flows import Flow
from tests.security.test_client_authentication import asked, basic

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
ECHO = Sql("SELECT %s{text}")


def together(*texts: str) -> list[Any]:
    """What each of several requests gets that ask in the same instant."""

    async def run() -> list[Any]:
        hub = Hub()
        answers = await asyncio.gather(*(hub.call(ECHO.one, [text]) for text in texts), return_exceptions=True)
        again = await asyncio.gather(*(hub.call(ECHO.one, [text]) for text in ("x", "y")))
        assert again == [("x",), ("y",)]
        return answers

    return asyncio.run(asyncio.wait_for(run(), 20))


@pytest.mark.row(237)
@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800"])
def test_a_text_that_cannot_be_sent_hurts_nobody_else(bad: str):
    answers = together("one", bad, "two", "three", bad)
    assert [answers[0], answers[2], answers[3]] == [("one",), ("two",), ("three",)]
    assert isinstance(answers[1], Exception) and isinstance(answers[4], Exception)


@pytest.mark.row(237)
def test_a_statement_that_fails_hurts_nobody_else():
    divide = Sql("SELECT 1 / %s{int}")

    async def run() -> list[Any]:
        hub = Hub()
        return await asyncio.gather(
            hub.call(ECHO.one, ["one"]),
            hub.call(divide.one, [0]),
            hub.call(ECHO.one, ["two"]),
            hub.call(divide.one, [1]),
            return_exceptions=True,
        )

    answers = asyncio.run(asyncio.wait_for(run(), 20))
    assert answers[0] == ("one",) and answers[2] == ("two",) and answers[3] == (1,) and isinstance(answers[1], Exception)


@pytest.mark.row(75)
@pytest.mark.parametrize("client_id", ["a%00b", "a\0b", "%00", "shop%00"])
def test_a_null_in_a_client_id_is_nobody(make_flow: Callable[..., Flow], client_id: str):
    flow = make_flow("shop", grant_types=["client_credentials"], redirect_uris=[], scope="profile")
    assert asked(flow, basic(client_id, SECRET)).status_code == 401
    assert asked(flow, basic("shop", SECRET)).status_code == 200
    clients.update(Client.objects.get(slug="shop"), {"disabled": True}, actor="test")
    assert asked(flow, basic("shop", "%00" + SECRET)).status_code == 401
