"""What changes statements, payouts and accounts, one file a use case."""
