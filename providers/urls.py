"""Every endpoint of the authorization server, one line each, with its spec.

`idp/wsgi.py` answers the machine endpoints in front of Django; these lines serve the same functions under `runserver`.
"""

from django.urls import path, re_path

from providers.views.authorize import authorize, proceed, switch
from providers.views.end_session import end_session
from providers.views.machine import machine
from providers.views.playground.pages import callback, playground

urlpatterns = [
    path("authorize", authorize),  # RFC 6749 §3.1
    path("authorize/", authorize),
    path("authorize/continue/<str:request_id>/", proceed, name="authorize-continue"),
    path("authorize/continue/<str:request_id>/switch/", switch, name="authorize-switch"),
    path("application/o/authorize/", authorize, name="application-authorize"),
    path("application/o/authorize", authorize),
    path("end-session", end_session, name="end-session"),  # OpenID Connect RP-Initiated Logout 1.0
    path("end-session/", end_session),
    path("application/o/<slug:slug>/end-session/", end_session, name="application-end-session"),
    path("application/o/<slug:slug>/end-session", end_session),
    re_path(r"^(token|userinfo|introspect|revoke|jwk)/?$", machine),  # RFC 6749 §3.2, OIDC Core §5.3, RFC 7662, RFC 7009, RFC 7517
    re_path(r"^application/o/(token|userinfo|introspect|revoke)/?$", machine),
    re_path(r"^application/o/[^/]+/(jwks/?)?$", machine),
    re_path(r"^application/o/[^/]+/{1,2}\.well-known/(openid-configuration|oauth-authorization-server)/?$", machine),
    # OpenID Connect Discovery 1.0 §4, RFC 8414 §3
    re_path(r"^\.well-known/(openid-configuration|oauth-authorization-server)(/application/o/[^/]+)?/?$", machine),
    path(".well-known/webfinger", machine),  # RFC 7033
    path("playground/", playground, name="playground"),
    path("playground/callback", callback, name="playground-callback"),
]
