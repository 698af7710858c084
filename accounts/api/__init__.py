"""Management API: what its resources share (`serializers`, `resources`, `filters`), and those of people."""
