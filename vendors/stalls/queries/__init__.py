"""What the public may read of stalls and the goods in them."""
