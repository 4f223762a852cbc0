"""The checks of the Yandex foundation models contract, over REST and over gRPC."""
