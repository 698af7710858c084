"""`/api/v1/`: resources, the OpenAPI document and its pages."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from idp.api.router import router

import_module("idp.api.schema")  # tells the document about our ways of authentication


class Nothing(APIView):
    """Every other path below: 404 as a problem document, not as a page."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def dispatch(self, request: Request, *args: object, **kwargs: object) -> Response:  # type: ignore[override]
        """Whatever the method."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        return self.finalize_response(self.request, self.handle_exception(NotFound("There is nothing at this address.")))


urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    *router.urls,
    re_path(r"", Nothing.as_view()),
]
