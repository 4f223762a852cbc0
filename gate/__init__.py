"""The front door `inference-gate`: starts the rooms below as processes and joins their results."""
