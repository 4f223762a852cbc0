"""The connection check: what answers at an address, the likeliest cause of it, the next step."""
