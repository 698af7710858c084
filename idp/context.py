"""What every page's template sees."""

from django.conf import settings
from django.http import HttpRequest

from idp import demo


def product(_request: HttpRequest) -> dict[str, object]:
    """The product's name, its origin, and with the demo on who to sign in as."""
    login = {"username": demo.USERNAME, "password": demo.PASSWORD} if settings.IDP.demo else {}
    return {"product_name": "Gatehouse", "base_url": settings.BASE_URL, "demo": settings.IDP.demo, "demo_login": login}
