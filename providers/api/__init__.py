"""Management API of the authorization server."""
