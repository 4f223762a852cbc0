"""The checks of the OCR service contract."""
