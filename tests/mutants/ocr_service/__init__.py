"""Mutants of the OCR service."""
