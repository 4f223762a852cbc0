"""Servers with exactly one planted defect each: the proof that the checks can fail."""
