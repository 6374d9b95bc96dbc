FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements-run.lock ./
RUN python -m venv /opt/pinbell \
    && /opt/pinbell/bin/pip install --no-cache-dir --require-hashes -r requirements-run.lock \
    && /opt/pinbell/bin/pip uninstall --yes pip setuptools


FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="Pinbell" \
      org.opencontainers.image.description="A Telegram bot that orders phone numbers at your own SMS-number sites" \
      org.opencontainers.image.licenses="MIT"

RUN groupadd --system --gid 10001 pinbell \
    && useradd --system --uid 10001 --gid pinbell --no-create-home --shell /usr/sbin/nologin pinbell \
    && install -d -o pinbell -g pinbell -m 0700 /data

COPY --from=build /opt/pinbell /opt/pinbell
WORKDIR /app
COPY LICENSE ./
COPY locales ./locales
COPY sandbox ./sandbox
COPY providers ./providers
COPY storage ./storage
COPY orders ./orders
COPY handlers ./handlers
COPY bot ./bot

ENV PATH=/opt/pinbell/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080

USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=4)"]

ENTRYPOINT ["python", "-m", "bot"]
