"""Oscar as it comes: its own views and templates, the smallest settings that run it."""
