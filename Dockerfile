# One image for both services; the command says which.
FROM python:3.13.9-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --extra postgres --no-install-project
COPY catalog_service catalog_service
COPY ingest_service ingest_service
COPY migrations migrations
RUN uv sync --frozen --no-dev --extra postgres

FROM python:3.13.9-slim-bookworm
# The folders of the token and of kept fingerprints belong to the service, so that a new volume mounted there does too.
RUN groupadd --system --gid 10001 palimpsest \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin palimpsest \
    && install --directory --owner=palimpsest --group=palimpsest --mode=0700 /run/palimpsest /app/var
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080 8081
# Each service of docker-compose.yml asks its own port; an image run by hand is taken for a catalog.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
CMD ["catalog-service", "serve"]
