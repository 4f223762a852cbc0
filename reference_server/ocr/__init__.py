"""The OCR contract: inputs, recognition, results and routes."""
