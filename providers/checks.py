"""System checks of the authorization server."""
