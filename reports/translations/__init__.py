"""Catalogues of translated report texts; the English text is the key."""
