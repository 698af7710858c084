"""Configuration files: `idp apply` brings the instance to what a file says, `idp export` writes such a file."""
