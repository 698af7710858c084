"""Profile and security at a glance, each line with its one action."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from providers.views.portal.person import signed_in


@dataclass(frozen=True)
class SecondFactors:
    """How many of each kind somebody has; `recovery_codes` counts unused ones and is empty when none were made."""

    passkeys: int
    totp: bool
    recovery_codes: int | None


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Who the person is here, and how well the account is guarded."""
    user = signed_in(request)
    context = {
        "address": EmailAddress.objects.filter(user=user, primary=True).first(),
        "factors": second_factors(user),
        "has_password": user.has_usable_password(),
        "session_count": len(UserSession.objects.purge_and_list(user)),
    }
    return render(request, "portal/profile.html", context)


def second_factors(user: User) -> SecondFactors:
    """Count what somebody has beside a password."""
    found = list(Authenticator.objects.filter(user=user))
    kinds = [authenticator.type for authenticator in found]
    codes = next((authenticator for authenticator in found if authenticator.type == Authenticator.Type.RECOVERY_CODES), None)
    return SecondFactors(
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        totp=Authenticator.Type.TOTP in kinds,
        recovery_codes=len(codes.wrap().get_unused_codes()) if codes is not None else None,
    )
