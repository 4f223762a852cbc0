# The server with PaddleOCR-VL and its weights in one image, for a GPU.
#
#   docker build -f deploy/gpu.Dockerfile --build-arg BASE_IMAGE=… -t paddleocr-vl-service:1.3.6 .
#
# BASE_IMAGE is the vendor's offline image, which holds CUDA, paddle, paddleocr and the weights;
# give its registry too where that is not the default.
ARG BASE_IMAGE=paddlepaddle/paddleocr-vl:latest-gpu-sm120-offline
FROM ${BASE_IMAGE}

# The base image ends with a user of its own; the steps until USER below need the rights of root.
USER 0
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

COPY pyproject.toml README.md LICENSE /opt/inference-gate/
COPY conformance /opt/inference-gate/conformance
COPY gate /opt/inference-gate/gate
COPY load /opt/inference-gate/load
COPY reference_server /opt/inference-gate/reference_server
COPY reports /opt/inference-gate/reports
COPY schemas /opt/inference-gate/schemas
# No package of the base image changes its version: where that cannot be, the build fails.
RUN python3 -m pip freeze | grep -E '^[A-Za-z0-9._-]+==' > /tmp/base.txt \
    && python3 -m pip install --no-cache-dir --constraint /tmp/base.txt \
        "/opt/inference-gate[server]" \
    && rm /tmp/base.txt \
    && useradd --system --uid 10001 --home-dir /app/home --create-home service \
    && mkdir -p /app/output /app/temp /app/state \
    && chown -R service /app \
    && chmod -R a+rX /home/paddleocr

# What the service's own image sets; nobody who runs it needs to.
ENV PADDLEX_HOME=/home/paddleocr/.paddlex \
    HF_HOME=/home/paddleocr/.cache/huggingface \
    FLAGS_enable_eager_mode=1 \
    FLAGS_eager_delete_tensor_gb=0 \
    FLAGS_use_mkldnn=0 \
    PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK=True \
    HF_HUB_OFFLINE=1 \
    HOME=/app/home \
    PYTHONUNBUFFERED=1 \
    INFERENCE_GATE_HOST=0.0.0.0 \
    INFERENCE_GATE_PORT=8081 \
    INFERENCE_GATE_RELEASE=1.3.6 \
    INFERENCE_GATE_ENGINE=paddleocr-vl \
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
