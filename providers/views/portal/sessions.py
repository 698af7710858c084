"""My sessions: where a person is signed in, and how to end it from here."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from providers.services import sessions
from providers.views.portal.devices import recognise
from providers.views.portal.person import signed_in


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """All live sessions, this one first, then the most recently seen."""
    here = request.session.session_key
    found = UserSession.objects.purge_and_list(signed_in(request))
    found.sort(key=lambda session: (session.session_key == here, session.last_seen_at), reverse=True)
    rows = [{"session": session, "device": recognise(session.user_agent), "current": session.session_key == here} for session in found]
    return render(request, "portal/sessions.html", {"rows": rows})


@require_POST
@login_required
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's own sessions; somebody else's does not exist for them."""
    user = signed_in(request)
    session = get_object_or_404(UserSession, pk=pk, user=user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    sessions.end(session.session_key, actor=user.username)
    messages.success(request, gettext("Signed out there."))
    return redirect("portal:sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    user = signed_in(request)
    sessions.end_all(user, actor=user.username, keep=request.session.session_key)
    messages.success(request, gettext("Signed out everywhere else."))
    return redirect("portal:sessions")
