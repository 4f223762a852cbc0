"""Mutants of the Yandex contract, over REST and over gRPC."""
