"""The OpenAI-compatible contract: models, chat completions, embeddings, and the IAM token."""
