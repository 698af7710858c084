"""Who is looking at the page."""

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that `login_required` has let through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This page is for people who are signed in.")
    return user
