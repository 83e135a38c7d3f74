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
# Not editable: the environment holds everything, the migrations too, and is all that the image takes over.
RUN uv sync --frozen --no-dev --extra postgres --no-editable

FROM python:3.13.9-slim-bookworm
# The folders of the token and of the fingerprint index belong to the service. A new volume mounted there gets the same owner.
RUN groupadd --system --gid 10001 palimpsest \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin palimpsest \
    && install --directory --owner=palimpsest --group=palimpsest --mode=0700 /run/palimpsest /app/var
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080 8081
# This check is for a catalog. Each service in docker-compose.yml has a check of its own port.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
CMD ["catalog-service", "serve"]
