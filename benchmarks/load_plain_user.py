"""The plain FastHttpUser that the engine is compared with: the same request, nothing looked at."""

from __future__ import annotations

from locust import FastHttpUser, task

BODY = (
    b'{"modelUri": "gpt://0/general", "completionOptions": {"stream": false, "temperature": 0, '
    b'"maxTokens": "512"}, "messages": [{"role": "user", "text": '
    b'"Repeat this and nothing else: KHLMNP47"}]}'
)


class Plain(FastHttpUser):
    @task
    def complete(self) -> None:
        self.client.post(
            "/foundationModels/v1/completion",
            data=BODY,
            headers={"Content-Type": "application/json"},
        )
