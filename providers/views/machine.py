"""The machine endpoints behind Django: the same functions as in `idp/wsgi.py`, for `runserver` and the test client."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from providers import issuer
from providers.conf import BODY_LIMIT
from providers.endpoints import chain
from providers.endpoints.wsgi import BODY_TOO_LONG, headers_of, request_of


@csrf_exempt
def machine(http: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Answer byte for byte as the lane in front of Django would."""
    route = issuer.split(http.path_info)
    assert route is not None
    response = chain.respond(request_of(http.META, http.body), route) if _is_bounded(http) else BODY_TOO_LONG
    answer = HttpResponse(response.body, status=response.status)
    answer.exact_headers = dict(headers_of(response))  # type: ignore[attr-defined] # for `idp.middleware.RequestOrigin`
    return answer


def _is_bounded(http: HttpRequest) -> bool:
    length = http.META.get("CONTENT_LENGTH") or "0"
    return not (length.isdigit() and int(length) > BODY_LIMIT) and len(http.body) <= BODY_LIMIT
