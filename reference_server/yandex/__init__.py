"""The Yandex foundation models contract: one implementation behind REST and gRPC."""
