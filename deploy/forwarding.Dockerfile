# The server before a vLLM or SGLang server that recognises: no GPU, no weights, any number of it.
#
#   docker build -f deploy/forwarding.Dockerfile -t paddleocr-vl-service:1.3.6-forwarding .
FROM python:3.11-slim-bookworm

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

COPY pyproject.toml constraints-paddle.txt README.md LICENSE /opt/inference-gate/
COPY conformance /opt/inference-gate/conformance
COPY gate /opt/inference-gate/gate
COPY load /opt/inference-gate/load
COPY reference_server /opt/inference-gate/reference_server
COPY reports /opt/inference-gate/reports
COPY schemas /opt/inference-gate/schemas
# opencv-contrib-python, which paddlex asks for, is linked against libGL and GLib.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m pip install --no-cache-dir \
        --constraint /opt/inference-gate/constraints-paddle.txt \
        "/opt/inference-gate[server,paddleocr]" \
    && useradd --system --uid 10001 --home-dir /app/home --create-home service \
    && mkdir -p /app/output /app/temp /app/state \
    && chown -R service /app

ENV PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK=True \
    HOME=/app/home \
    PYTHONUNBUFFERED=1 \
    INFERENCE_GATE_HOST=0.0.0.0 \
    INFERENCE_GATE_PORT=8081 \
    INFERENCE_GATE_RELEASE=1.3.6 \
    INFERENCE_GATE_ENGINE=paddleocr-vl \
    INFERENCE_GATE_LAYOUT_DETECTION=false \
    INFERENCE_GATE_BATCH_SIZE=32 \
    INFERENCE_GATE_STATE_DIR=/app/state \
    INFERENCE_GATE_TEMP_DIR=/app/temp \
    INFERENCE_GATE_OUTPUT_DIR=/app/output

WORKDIR /app
USER 10001
EXPOSE 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python3", "-m", "reference_server.health"]
CMD ["python3", "-m", "reference_server"]
