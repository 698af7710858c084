"""Cursor pagination: stable under inserts, never a total count (catalogue row 225)."""

from rest_framework.pagination import CursorPagination


class ById(CursorPagination):
    """Newest last; `?page_size=` up to 500."""

    ordering = "id"
    page_size_query_param = "page_size"
    max_page_size = 500
