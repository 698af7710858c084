"""Templates and style sheets: nothing inline, nothing from another origin (the content security policy would refuse it)."""

import re

from tests.architecture.tree import files, source

PAGES = [path for path in files() if path.suffix == ".html" and "templates" in path.parts and "email" not in path.parts]
SHEETS = [path for path in files() if path.suffix == ".css"]
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def offenders(pattern: str, paths=PAGES) -> list[str]:
    found = re.compile(pattern, re.DOTALL | re.IGNORECASE)
    return [f"{path.as_posix()}: {match[0][:80]}" for path in paths for match in found.finditer(COMMENT.sub("", source(path)))]


def test_no_style_stands_in_a_page():
    assert offenders(r"<style\b|<[a-z][^>]*\sstyle\s*=") == []


def test_no_script_stands_in_a_page_without_a_nonce():
    assert offenders(r"<script\b(?![^>]*\b(src|nonce)=)[^>]*>") == []


def test_no_element_has_an_event_handler():
    assert offenders(r"<[a-z][^>]*\son[a-z]+\s*=") == []


def test_no_page_loads_from_another_origin():
    assert offenders(r"<(script|img|iframe|source|link|use)\b[^>]*\s(src|href)\s*=\s*[\"'](https?:)?//[^>]*>") == []


def test_no_style_sheet_loads_from_another_origin():
    assert offenders(r"@import|url\(\s*[\"']?(https?:)?//", SHEETS) == []


def test_no_template_marks_a_value_as_safe():
    # Help texts are written by us and by Django's password validators, as HTML.
    assert offenders(r"(?<!help_text)\|\s*safe\b|\{%\s*autoescape\s+off") == []
