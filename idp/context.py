"""What every page's template sees."""

from django.conf import settings
from django.http import HttpRequest


def product(_request: HttpRequest) -> dict[str, object]:
    """The product's name, its origin and whether the demo is on."""
    return {"product_name": "Gatehouse", "base_url": settings.BASE_URL, "demo": settings.IDP.demo}
