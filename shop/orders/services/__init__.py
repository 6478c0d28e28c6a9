"""What changes an order, one file a use case: place, pay, settle, fulfil, sweep."""
