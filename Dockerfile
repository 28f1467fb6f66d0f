# One image for every service; the command says which one it is.
FROM python:3.13.12-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/build.lock requirements/base.lock requirements/notify.lock requirements/oidc.lock requirements/sinks.lock requirements/
# Hash-pinned wheels only. The environment holds no pip of its own: nothing is installed at run time.
RUN python -m pip install --no-cache-dir --quiet --only-binary :all: --require-hashes -r requirements/build.lock \
 && python -m venv --without-pip /opt/copydesk \
 && python -m pip --python /opt/copydesk/bin/python install --no-cache-dir --quiet \
      --only-binary :all: --require-hashes -r requirements/base.lock -r requirements/notify.lock -r requirements/oidc.lock \
      -r requirements/sinks.lock
COPY pyproject.toml README.md LICENSE ./
COPY copydesk copydesk
COPY services services
COPY shared shared
# A read-only container can never write its bytecode, so all of it is written here.
RUN python -m pip wheel --no-cache-dir --quiet --no-deps --no-index --no-build-isolation --wheel-dir /wheels . \
 && python -m pip --python /opt/copydesk/bin/python install --no-cache-dir --quiet --no-deps --no-index /wheels/*.whl \
 && /opt/copydesk/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/copydesk/lib

FROM python:3.13.12-slim-trixie
# The official image strips the standard library's bytecode; without it every start pays for compiling what Celery imports.
# Celery takes a number without a name for the superuser. Volumes inherit the owner of the folder they first cover.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      -x '/(site-packages|test|idlelib|turtledemo|ensurepip)/' /usr/local/lib/python3.13 \
 && groupadd --gid 10001 copydesk \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin copydesk \
 && install -d -o 10001 -g 10001 -m 0750 /data /index \
 && install -d -m 0755 /seeds
COPY --from=build /opt/copydesk /opt/copydesk
ENV PATH=/opt/copydesk/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COPYDESK_DATA_DIR=/data \
    COPYDESK_INDEX_DIR=/index \
    COPYDESK_SEEDS_DIR=/seeds
# copydesk.toml is looked for in the working folder: on the data volume, where an operator can put it.
WORKDIR /data
USER 10001:10001
CMD ["copydesk", "--help"]
