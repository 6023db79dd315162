# One image for the web process and the workers; the command says which. Built in two stages, so that what runs holds
# neither a compiler nor pip's cache, and from the lock files only, so that it holds what was tested.

ARG PYTHON=3.13

# Not the slim one: mypyc needs a C compiler.
FROM python:${PYTHON} AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 FIFTHWHY_COMPILE=require

# What changes rarely comes first: a change of the code alone builds from here in seconds.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --requirement requirements-build.lock \
    && python -m venv /opt/fifthwhy \
    && /opt/fifthwhy/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock

COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY analyzers analyzers
COPY bot bot
COPY report_templates report_templates
RUN /opt/build/bin/hatchling build --target wheel --directory /dist \
    && /opt/fifthwhy/bin/pip install --no-deps --no-index /dist/fifthwhy-*.whl \
    && /opt/fifthwhy/bin/python -m compileall -q /opt/fifthwhy/lib \
    && /opt/fifthwhy/bin/fifthwhy --version

FROM python:${PYTHON}-slim

# git reads the repositories; tini hands signals on and reaps what git leaves behind. Debian keeps one version of each at
# a time, so a pinned one could not be installed any more soon.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin fifthwhy \
    && install --directory --owner fifthwhy --group fifthwhy --mode 0700 /data

COPY --from=build /opt/fifthwhy /opt/fifthwhy

LABEL org.opencontainers.image.title="fifthwhy" \
    org.opencontainers.image.description="Tells what a change does to a Python repository's single sources of truth" \
    org.opencontainers.image.licenses="MIT"

ENV PATH=/opt/fifthwhy/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FIFTHWHY_DATA_DIR=/data \
    FIFTHWHY_HOST=0.0.0.0 \
    FIFTHWHY_LOG_FORMAT=json

# By number, so that an orchestrator sees that it is not root.
USER 10001:10001
WORKDIR /data
EXPOSE 8000

# For the web process, alone or in `serve`, and for the set-up before; compose.yaml gives workers their own.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["fifthwhy", "health"]
ENTRYPOINT ["/usr/bin/tini", "--", "fifthwhy"]
CMD ["serve"]
