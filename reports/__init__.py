"""Results in, documents and verdicts out: pure, no network, no processes."""
