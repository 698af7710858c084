"""A page for staff was asked for by somebody who is not: say so, and offer to switch."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """403 with the name of who is signed in. Switching signs out first, then leads to the login page."""
    login = f"{reverse('account_login')}?{urlencode({'next': reverse('admin:index')})}"
    return render(request, "portal/forbidden.html", {"next_url": login}, status=HTTPStatus.FORBIDDEN)
