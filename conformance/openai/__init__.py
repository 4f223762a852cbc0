"""The checks of the OpenAI-compatible contract."""
