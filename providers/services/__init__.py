"""Writing what the authorization server keeps: one module a thing; rules, transaction, event and version in one place."""
