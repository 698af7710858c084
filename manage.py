#!/usr/bin/env python3
"""Run a management command; the installed name of the same thing is `idp`."""

from idp.cli import main

if __name__ == "__main__":
    main()
