"""Cursor pagination: stable under inserts, never a total count (catalogue row 225)."""

from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from rest_framework.exceptions import ParseError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

_SIGNER = Signer(salt="idp.api.pagination")


class ById(CursorPagination):
    """Newest last; `?page_size=` up to 500. Cursors are signed, so that none but ours reaches the database."""

    ordering = "id"
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """One page. Links are built from the configured origin, never from the Host header."""
        page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        self.base_url = settings.BASE_URL + request.get_full_path()
        return page

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The position that a link of ours names; raises `ParseError` for any other."""
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            offset, reverse, position = _SIGNER.unsign_object(encoded)
        except (BadSignature, ValueError):
            raise ParseError("The cursor is not one of ours.") from None
        return Cursor(offset=offset, reverse=reverse, position=position)

    def encode_cursor(self, cursor: Cursor) -> str:
        """The link to a position."""
        signed = _SIGNER.sign_object([cursor.offset, cursor.reverse, cursor.position])
        url: str = replace_query_param(self.base_url or "", self.cursor_query_param, signed)
        return url

    def get_paginated_response(self, data: Any) -> Response:
        """Results first."""
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})


class NewestFirst(ById):
    """For records of what happened."""

    ordering = "-id"
