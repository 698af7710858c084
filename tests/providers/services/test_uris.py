"""Which addresses may be registered."""

import pytest
from django.core.exceptions import ValidationError

from providers.services.uris import check_fetched, check_origins, check_page, check_redirect_uris


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "urn:example:x",
        "/relative",
        "app.example.org/cb",
        "",
        "https://",
        "https:///cb",
        "https://app.example.org/cb#fragment",
        "https://app.example.org/cb#",
        "https://*.example.org/cb",
        "https://app.example.org/*",
        "https://app.example.org/a b",
        "https://app.example.org/\ncb",
        "https://app.example.org/\x00",
        "https://app.example.org\\@evil.example/cb",
        "https://user@app.example.org/cb",
        "https://user:pw@app.example.org/cb",
        "https://app.example.org:99999/cb",
        "https://äpp.example.org/cb",
        "https://app.example.org/cb?code=1",
        "https://app.example.org/cb?a=1&state",
        "https://app.example.org/cb?iss=x",
        "https://app.example.org/cb?error=x",
        "https://app.example.org/cb?response=x",
        "https://app.example.org/" + "x" * 2000,
        "https://[::1/cb",
    ],
)
def test_a_dangerous_redirect_uri_is_refused(uri):
    with pytest.raises(ValidationError):
        check_redirect_uris([uri])


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org/cb",
        "https://app.example.org",
        "https://app.example.org/cb?tenant=1",
        "http://app.example.org/cb",
        "http://127.0.0.1",
        "http://[::1]:5555/cb",
        "http://localhost:4242",
        "edu.kit.data.oidc-agent:/redirect",
        "com.example.app://callback",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_an_honest_redirect_uri_is_taken(uri):
    check_redirect_uris([uri])


def test_who_registers_by_themselves_needs_https():
    check_redirect_uris(["http://127.0.0.1/cb", "https://app.example.org/cb", "com.example.app:/cb"], registration=True)
    with pytest.raises(ValidationError):
        check_redirect_uris(["http://app.example.org/cb"], registration=True)


def test_a_hundred_are_enough():
    check_redirect_uris([f"https://app.example.org/{number}" for number in range(100)])
    with pytest.raises(ValidationError):
        check_redirect_uris([f"https://app.example.org/{number}" for number in range(101)])


@pytest.mark.parametrize("pattern", [".*", "https?://.*", "https://(evil|app).example.org", "https://app.example.org/(", "javascript:.*"])
def test_a_pattern_begins_with_a_literal_host(pattern):
    with pytest.raises(ValidationError):
        check_redirect_uris([pattern], regex=True)


def test_a_pattern_with_a_literal_host_is_taken():
    check_redirect_uris([r"https://app\.example\.org/.*"], regex=True)


@pytest.mark.parametrize("uri", ["javascript:x", "ftp://example.org/", "https://", "https://exa mple.org/", "//example.org/"])
def test_a_link_for_people_is_http(uri):
    with pytest.raises(ValidationError):
        check_page(uri)


@pytest.mark.parametrize("uri", ["http://example.org/jwks", "https://10.0.0.1/jwks", "https://example.org:22/", "https://169.254.169.254/"])
def test_an_address_that_we_would_call_is_public_and_secure(uri):
    with pytest.raises(ValidationError):
        check_fetched(uri)


def test_hosts_that_the_operator_allows_may_be_called():
    check_fetched("http://127.0.0.1:8080/jwks")


@pytest.mark.parametrize(
    "origin", ["https://app.example.org/", "https://app.example.org/x", "*", "null", "app.example.org", "https://a@b.example"]
)
def test_an_origin_is_as_browsers_send_it(origin):
    with pytest.raises(ValidationError):
        check_origins([origin])
