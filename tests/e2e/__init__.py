"""People at Chromium."""
