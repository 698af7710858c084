"""The playground: a relying party inside the product that shows each message of a sign-in and each check (only with `IDP_DEMO`)."""
