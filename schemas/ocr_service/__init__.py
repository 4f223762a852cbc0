"""The OCR service contract as data, and the pages by which its recognition is judged."""
