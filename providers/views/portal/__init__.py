"""The portal: what a person sees of their own account at `/` and `/me/`."""
