"""The authorization request from parsing to answer; no HTTP (RFC 6749 §4.1, OpenID Connect Core 1.0 §3.1)."""
