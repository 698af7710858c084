"""The tests. `tests/settings.py` keeps the environment of the caller out of them."""
