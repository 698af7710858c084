"""What people do at our pages, by the ids that the contract promises."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from collections.abc import Callable

from playwright.sync_api import Page

from tests.person import PASSWORD

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
PERIOD = 30

OpenPage = Callable[..., Page]


def fill_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in the login page that is in front and send it."""
    page.fill("#id_login", username)
    page.fill("#id_password", password)
    page.click("#login-submit")


def sign_in(page: Page, username: str, there: str = "/me/") -> None:
    """Sign in with the password, then be `there`."""
    page.goto(f"/accounts/login/?next={there}")
    fill_in(page, username)
    page.wait_for_url(f"**{there}")


def confirm(page: Page) -> None:
    """Give the password once more where a page wants it."""
    if "/reauthenticate/" in page.url:
        page.fill("#id_password", PASSWORD)
        page.click("#login-submit")


def code_of(secret: str, periods: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), some periods from now."""
    counter = struct.pack(">Q", int(time.time()) // PERIOD + periods)
    digest = hmac.digest(b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def turn_on_codes(page: Page) -> str:
    """Set up an authenticator app for who is signed in; returns its secret."""
    page.goto("/accounts/2fa/totp/activate/")
    confirm(page)
    secret = page.input_value("#authenticator_secret")
    page.fill("#id_code", code_of(secret))
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    return secret


def sign_out(page: Page) -> None:
    """Sign out by the button that every page of the portal has."""
    page.click("#sign-out")
    page.wait_for_url(lambda url: "/me/" not in url)
