"""One module a command; `idp` and `manage.py` find them here."""
