"""The redirect comparator: nothing that a browser would take elsewhere is ever the same (RFC 9700 §4.1.3, RFC 8252 §7.3)."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.authorize.redirect_uri import is_loopback_or_private_use, is_registered

WEB = "https://rp.example.org/cb?a=1"
LOOPBACK = "http://127.0.0.1:8080/cb"
REGISTERED = (WEB, LOOPBACK, "com.example.app:/cb")
PIECES = st.sampled_from(
    ["/", "//", "..", "/../", "%2e%2e", "\\", "@", ":", "#", "?", "&", ";", ".", "evil.example", "\t", "\n", " ", "é", "%00", "a"]
)


@given(st.integers(0, len(WEB)), st.lists(PIECES, min_size=1, max_size=4))
@example(len("https://rp.example.org"), [".", "evil.example"])
@example(len("https://"), ["evil.example", "@"])
@example(0, [" "])
def test_a_web_uri_with_anything_put_in_is_another_one(at: int, pieces: list[str]) -> None:
    """Byte equality: no normalisation, no prefix, no wildcard"""
    changed = WEB[:at] + "".join(pieces) + WEB[at:]
    assert not is_registered(changed, REGISTERED)


@given(st.text(max_size=60))
def test_what_is_accepted_is_registered_or_loopback(text: str) -> None:
    """RFC 9700 §4.1.3"""
    if is_registered(text, REGISTERED):
        assert text in REGISTERED or urlsplit(text).hostname == "127.0.0.1"


@given(st.integers(0, 99_999))
def test_a_loopback_address_may_use_any_port(port: int) -> None:
    """RFC 8252 §7.3"""
    assert is_registered(f"http://127.0.0.1:{port}/cb", REGISTERED)


@given(st.lists(PIECES, min_size=1, max_size=4), st.sampled_from(["host", "port", "path"]))
def test_nothing_but_the_port_of_a_loopback_address_may_differ(pieces: list[str], where: str) -> None:
    """RFC 8252 §7.3"""
    put = "".join(pieces)
    changed = {"host": f"http://127.0.0.1{put}:8080/cb", "port": f"http://127.0.0.1:8080{put}/cb", "path": f"http://127.0.0.1:8080/cb{put}"}
    assert not is_registered(changed[where], REGISTERED)


@pytest.mark.parametrize(
    ("requested", "registered"),
    [
        ("http://localhost:1/cb", LOOPBACK),
        ("http://127.0.0.1/cb", "http://localhost/cb"),
        ("http://[::1]/cb", LOOPBACK),
        ("https://127.0.0.1:1/cb", LOOPBACK),
        ("http://127.0.0.2:8080/cb", LOOPBACK),
        ("http://127.1:8080/cb", LOOPBACK),
        ("http://127.0.0.1:١/cb", LOOPBACK),
        ("HTTP://127.0.0.1:8080/cb", LOOPBACK),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (" javascript:alert(1)", " javascript:alert(1)"),
        ("data:text/html,x", "data:text/html,x"),
        (f"{WEB}#f", f"{WEB}#f"),
        ("https://RP.example.org/cb?a=1", WEB),
        ("https://rp.example.org:443/cb?a=1", WEB),
        ("", ""),
    ],
)
def test_near_misses(requested: str, registered: str) -> None:
    """RFC 9700 §4.1.3"""
    assert not is_registered(requested, (registered,) if registered else ())


@pytest.mark.parametrize("uri", REGISTERED)
def test_the_same_bytes_are_the_same(uri: str) -> None:
    """RFC 3986 §6.2.1"""
    assert is_registered(uri, REGISTERED)


@pytest.mark.parametrize("requested", ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1"])
def test_no_path_is_the_root(requested: str) -> None:
    """RFC 3986 §6.2.3"""
    assert is_registered(requested, ("http://127.0.0.1/",))


@pytest.mark.parametrize(
    ("uri", "expected"), [(WEB, False), (LOOPBACK, True), ("com.example.app:/cb", True), ("http://rp.example.org/", False)]
)
def test_who_may_be_listening(uri: str, expected: bool) -> None:
    """RFC 8252 §8.6"""
    assert is_loopback_or_private_use(uri) is expected
