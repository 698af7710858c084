"""What the OpenAPI document says beyond what the views tell by themselves."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from providers.management.authentication import API_SCOPE


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes `BearerToken`."""

    target_class = "providers.management.authentication.BearerToken"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """OpenAPI 3.0.3, Security Scheme Object."""
        return {"type": "http", "scheme": "bearer", "description": f"An access token with the scope {API_SCOPE}."}


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes `StaffSession`."""

    target_class = "providers.management.authentication.StaffSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """OpenAPI 3.0.3, Security Scheme Object."""
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": "The session of a member of staff."}
