"""What the shopper's pages show."""
