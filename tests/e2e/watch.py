"""What a page must not do behind the back of whoever looks at it."""

from playwright.sync_api import ConsoleMessage, Error, Page, Request


class Watch:
    """Collects complaints about a page: errors in its console, which is where refused content is reported, and foreign requests."""

    def __init__(self, page: Page, *origins: str) -> None:
        self.complaints: list[str] = []
        self._origins = tuple(f"{origin}/" for origin in origins)
        self._documents: set[str] = set()
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium also logs that a page came with an error status; those that tests go to on purpose are no complaint.
        if message.type == "error" and message.location.get("url") not in self._documents:
            self.complaints.append(f"console of {message.location}: {message.text}")
        elif message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _error(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)
        if not request.url.startswith((*self._origins, "data:")):
            self.complaints.append(f"request to {request.url}")
