"""Real servers for the tests: PostgreSQL, Redis and the product itself, each thrown away afterwards."""
