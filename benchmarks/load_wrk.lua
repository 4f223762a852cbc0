-- The request of load_plain_user.py, for wrk.
wrk.method = "POST"
wrk.path = "/foundationModels/v1/completion"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"modelUri": "gpt://0/general", "completionOptions": {"stream": false, "temperature": 0, "maxTokens": "512"}, "messages": [{"role": "user", "text": "Repeat this and nothing else: KHLMNP47"}]}'
