"""Minting: plans, values and rows of tokens."""
