"""What people change in a stall, one file a subject."""
