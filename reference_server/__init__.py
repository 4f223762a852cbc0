"""The bundled server: one process that speaks the OCR, Yandex and OpenAI contracts."""
