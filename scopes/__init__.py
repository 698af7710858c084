"""What a client may learn about a user, and which users may use it."""
