"""How callers of the management API prove who they are."""
