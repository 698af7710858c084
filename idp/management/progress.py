"""A progress bar for long work, on a terminal only."""

from django.core.management.base import OutputWrapper

WIDTH = 30


class Bar:
    """Call it with what is being counted, how far it is and how much there is."""

    def __init__(self, output: OutputWrapper) -> None:
        self._output, self._shown = output, False
        self._percent = -1

    def __call__(self, about: str, done: int, total: int) -> None:
        """Draw, when something would look different."""
        percent = done * 100 // max(total, 1)
        if not self._output.isatty() or percent == self._percent or total < WIDTH:
            return
        filled = percent * WIDTH // 100
        self._output.write(f"\r{'█' * filled}{'░' * (WIDTH - filled)} {percent:3d} % {about:<14}", ending="")
        self._output.flush()
        self._percent, self._shown = percent, True

    def close(self) -> None:
        """Leave the line."""
        if self._shown:
            self._output.write("")
