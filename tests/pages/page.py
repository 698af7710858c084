"""What holds for every page a person sees, as a list of what is wrong with one."""

from collections import Counter
from collections.abc import Iterator

import httpx
from lxml import html

LOADED = "//script/@src | //link[not(@rel='canonical')]/@href | //img/@src | //iframe/@src | //source/@src | //use/@href"


def faults(answer: httpx.Response) -> list[str]:
    """Everything that the look of the product rules out."""
    tree = html.fromstring(answer.text)
    return [*_inline(tree), *_foreign(tree), *_structure(tree), *_forms(tree), *_headers(answer)]


def _inline(tree: html.HtmlElement) -> Iterator[str]:
    for script in tree.xpath("//script[not(@src)]"):
        if script.get("type") != "application/json":
            yield "an inline script"
    if tree.xpath("//style | //*[@style]"):
        yield "an inline style"
    yield from (f"a handler {name}" for element in tree.iter() for name in element.keys() if name.startswith("on"))  # noqa: SIM118


def _foreign(tree: html.HtmlElement) -> Iterator[str]:
    for address in tree.xpath(LOADED):
        if not str(address).startswith(("/static/", "data:image/", "#")):
            yield f"loads {address}"


def _structure(tree: html.HtmlElement) -> Iterator[str]:
    if not tree.get("lang") or not tree.xpath("//title")[0].text_content().strip(" ·"):
        yield "no language or no title"
    if len(tree.xpath("//h1")) != 1 or len(tree.xpath("//main")) != 1:
        yield "not exactly one heading and one main part"
    yield from (f"the id {name} twice" for name, times in Counter(tree.xpath("//@id")).items() if times > 1)


def _forms(tree: html.HtmlElement) -> Iterator[str]:
    for form in tree.xpath("//form"):
        if (form.get("method") or "").lower() != "post":
            yield "a form that is not a POST"
        own = not (form.get("action") or "").startswith("http")
        if own and not form.xpath(".//input[@name='csrfmiddlewaretoken']"):
            yield f"a form without token: {form.get('action')}"
    named = set(tree.xpath("//label/@for"))
    for control in tree.xpath("//input[not(@type='hidden' or @hidden)] | //textarea | //select"):
        if control.get("id") not in named:
            yield f"no label for {control.get('name')}"


def _headers(answer: httpx.Response) -> Iterator[str]:
    if "no-store" not in answer.headers.get("cache-control", ""):
        yield "may be cached"
    policy = answer.headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "unsafe-inline" in policy:
        yield f"a weak policy: {policy}"
    if answer.headers.get("x-frame-options") != "DENY" or answer.headers.get("x-content-type-options") != "nosniff":
        yield "may be framed or sniffed"
