"""Attacks, one module an area; each test carries the number of its row in the attack catalogue."""
