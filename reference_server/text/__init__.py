"""Text engines: one protocol, and the engines that keep it."""
