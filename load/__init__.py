"""Load that can be believed: open-loop Locust scenarios and the engine that they share."""
