"""The playground."""

from django.http import HttpRequest, HttpResponse


def playground(http: HttpRequest) -> HttpResponse:
    """Later in this file's life."""
    return HttpResponse("")


def callback(http: HttpRequest) -> HttpResponse:
    """Later in this file's life."""
    return HttpResponse("")
