"""Reading answers of the authorization server: redirects, error pages and tokens."""

import json
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from lxml import html


def returned(answer: httpx.Response) -> dict[str, str]:
    """The parameters that a redirect carries to the client, wherever they stand; each at most once."""
    assert answer.is_redirect, f"no redirect: {answer.status_code} {answer.text[:300]}"
    parts = urlsplit(answer.headers["location"])
    pairs = parse_qsl(parts.fragment or parts.query, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)


def element(answer: httpx.Response, element_id: str) -> str:
    """The text of an element of a page."""
    return " ".join(html.fromstring(answer.text).get_element_by_id(element_id).text_content().split())


def refused_by_page(answer: httpx.Response, status: int = 400) -> str:
    """The error code that a page shows; the page must not lead anywhere by itself."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")
    assert element(answer, "error-id")
    return element(answer, "error-code")


def error(answer: httpx.Response, status: int = 400) -> str:
    """The code of a JSON error, which nobody may cache."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])


def header_of(token: str) -> dict[str, Any]:
    """The protected header of a JWT, unverified."""
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified."""
    return _part(token, 1)


def _part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    part: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return part
