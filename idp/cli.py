"""The console script `idp`: Django's commands under one name."""

import os
import sys


def main() -> None:
    """Run a management command from `sys.argv`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idp.settings")
    # Django reads its settings while it is imported, so the variable has to be set before.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["idp", *sys.argv[1:]])


if __name__ == "__main__":
    main()
