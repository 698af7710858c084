"""What the parts of the management API share: pages, problems, parsers, permissions, the router."""
