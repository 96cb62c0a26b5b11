# One image for all processes; docker-compose.yml says which one each container is.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements-prod.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-prod.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/static MEDIA_ROOT=/srv/media AUDIT_ANCHOR_DIR=/srv/anchors
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin house \
    && mkdir -p /srv/media /srv/anchors \
    && chown house:house /srv/media /srv/anchors
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
# The demo's flag only chooses the storage that production uses, without its secrets.
RUN python tools/messages.py compile \
    && python -m workshop.planner.compiled \
    && DEMO=1 python manage.py collectstatic --no-input --verbosity 0
USER house
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "4", "--threads", "4", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket"]
