"""The suite against a server that nobody here wrote."""
