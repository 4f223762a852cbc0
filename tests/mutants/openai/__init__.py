"""Mutants of the OpenAI-compatible contract."""
