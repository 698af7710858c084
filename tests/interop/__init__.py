"""Relying parties written by others against a live server."""
