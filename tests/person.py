"""A person at a browser without JavaScript: fills in our pages by the ids that the contract promises."""

from collections.abc import Iterable
from urllib.parse import urljoin

import httpx
from lxml import html

PASSWORD = "a-long-Password-of-1865"
STEPS = 20


class Person:
    """Somebody with a name, a password and the cookies of one browser.

    `open` and `press` answer what is asked on the way: login, the password again, consent. They return the redirect
    that leaves our origin, or the page at which nothing is left to answer.
    """

    def __init__(self, http: httpx.Client, username: str = "", password: str = PASSWORD) -> None:
        self.http, self.username, self.password = http, username, password
        self.origin = str(http.base_url).rstrip("/")
        self.logins = self.consents = 0
        self.answer: httpx.Response | None = None

    def open(self, url: str, *, stop_at: str = "", consent: bool = True, scopes: Iterable[str] | None = None) -> httpx.Response:
        """Go to `url`. `stop_at` is the id of an element whose page is returned unanswered; `scopes` are those left ticked."""
        return self._go_on(self.http.get(url), stop_at, consent, scopes)

    def press(self, button: str, *, follow: bool = True, scopes: Iterable[str] | None = None, **values: str) -> httpx.Response:
        """Press a button of the page in front, with values by element id; raises `KeyError` when it is not there."""
        assert self.answer is not None, "no page is open"
        self._take(self._submit(self.answer, button, scopes, values))
        return self._redirected() if follow else self.answer

    def sees(self, element_id: str) -> bool:
        """Whether the page in front has an element with this id."""
        return element_id in _ids(self.answer)

    def text(self, element_id: str) -> str:
        """The text of an element of the page in front."""
        assert self.answer is not None, "no page is open"
        return " ".join(html.fromstring(self.answer.text).get_element_by_id(element_id).text_content().split())

    def _go_on(self, response: httpx.Response, stop_at: str, consent: bool, scopes: Iterable[str] | None) -> httpx.Response:
        self._take(response)
        for _ in range(STEPS):
            here = self._redirected()
            ids = _ids(here)
            if stop_at and stop_at in ids:
                return here
            if not self._answer(here, ids, consent, scopes):
                return here
        raise AssertionError(f"no end after {STEPS} pages, the last was {here.url}")

    def _answer(self, here: httpx.Response, ids: set[str], consent: bool, scopes: Iterable[str] | None) -> bool:
        if "login-submit" in ids and "id_password" in ids and self.username:
            self.logins += 1
            name = {"id_login": self.username} if "id_login" in ids else {}
            self._take(self._submit(here, "login-submit", None, {**name, "id_password": self.password}))
            refused = self.answer is not None and not self.answer.is_redirect and "login-submit" in _ids(self.answer)
            assert not refused, f"the login was refused: {self.text('main')[:300]}"
            return True
        if "consent-approve" in ids:
            self.consents += 1
            self._take(self._submit(here, "consent-approve" if consent else "consent-deny", scopes, {}))
            return True
        return False

    def _redirected(self) -> httpx.Response:
        """Follow redirects inside our origin."""
        assert self.answer is not None
        for _ in range(STEPS):
            if not self.answer.is_redirect:
                return self.answer
            target = urljoin(str(self.answer.url), self.answer.headers["location"])
            if not target.startswith(f"{self.origin}/"):
                return self.answer
            self._take(self.http.get(target))
        raise AssertionError("a redirect loop")

    def _take(self, response: httpx.Response) -> None:
        self.answer = response

    def _submit(self, page: httpx.Response, button: str, scopes: Iterable[str] | None, values: dict[str, str]) -> httpx.Response:
        pressed = html.fromstring(page.text).get_element_by_id(button)
        form = pressed if pressed.tag == "form" else next(pressed.iterancestors("form"))
        fields = [field for control in form.xpath(".//input|.//select|.//textarea") for field in _value(control, values, scopes)]
        if pressed.get("name"):
            fields.append((pressed.get("name"), pressed.get("value") or ""))
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        target = urljoin(str(page.url), pressed.get("formaction") or form.get("action") or "")
        method = (pressed.get("formmethod") or form.get("method") or "get").lower()
        headers = {"Referer": str(page.url), "Origin": self.origin}
        return self.http.post(target, data=data, headers=headers) if method == "post" else self.http.get(target, params=data)


def _value(control: html.HtmlElement, values: dict[str, str], scopes: Iterable[str] | None) -> list[tuple[str, str]]:
    name, kind = control.get("name"), (control.get("type") or "").lower()
    if not name or kind in {"submit", "button", "image", "reset"} or control.get("disabled") is not None:
        return []
    if control.get("id") in values:
        return [(name, values[control.get("id")])]
    if kind in {"checkbox", "radio"}:
        value = control.get("value", "on")
        ticked = value in scopes if scopes is not None and name == "scope" else control.get("checked") is not None
        return [(name, value)] if ticked else []
    return [(name, control.value or "")]


def _ids(response: httpx.Response | None) -> set[str]:
    if response is None or "html" not in response.headers.get("content-type", "") or not response.content:
        return set()
    return {str(found) for found in html.fromstring(response.text).xpath("//@id")}
