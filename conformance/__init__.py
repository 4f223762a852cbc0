"""The conformance suite: one folder per contract, and the pytest plugin that judges with it."""
