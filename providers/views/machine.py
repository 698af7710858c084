"""The machine endpoints behind Django: the same functions as in `idp/wsgi.py`, for `runserver` and the test client."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from providers import issuer
from providers.endpoints import chain
from providers.endpoints.wsgi import request_of


@csrf_exempt
def machine(http: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Answer byte for byte as the lane in front of Django would."""
    route = issuer.split(http.path_info)
    assert route is not None
    request = request_of(http.META, http.body)
    response = chain.respond(request, route)
    answer = HttpResponse(response.body, status=response.status)
    answer.headers.pop("Content-Type", None)
    for name, value in response.headers:
        answer.headers[name] = value
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer
