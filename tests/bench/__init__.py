"""This shop against stock Oscar, on the same goods and the same server, request by request in turn: `make bench`."""
