"""Tests of the suite as its users meet it: options, exit codes, and targets that misbehave."""
