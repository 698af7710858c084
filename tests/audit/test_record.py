"""Events: what may stand in them, and when they last."""

import pytest
from django.db import transaction

from audit.models import Event
from audit.record import Origin, origin, record

pytestmark = pytest.mark.django_db


def test_a_field_that_nobody_allowed_is_refused():
    with pytest.raises(ValueError, match="client_secret"):
        record("client.created", client_secret="hidden")
    assert not Event.objects.exists()


def test_an_event_goes_with_the_transaction_that_it_tells_of():
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        record("client.created", client_id="shop")
        raise Undone
    assert not Event.objects.exists()


def test_an_event_names_where_the_request_came_from():
    token = origin.set(Origin(ip="203.0.113.9", request_id="0123456789abcdef", actor="alice"))
    try:
        event = record("consent", subject="alice", client_id="shop", scope="openid")
    finally:
        origin.reset(token)
    assert (event.ip, event.request_id, event.actor, event.data) == ("203.0.113.9", "0123456789abcdef", "alice", {"scope": "openid"})


def test_long_texts_are_cut():
    assert len(record("denied", reason="x" * 5000).data["reason"]) == 1000
