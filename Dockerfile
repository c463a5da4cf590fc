FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/okta
RUN useradd --system --uid 10001 --no-create-home okta

# Alone in its layer: it changes rarely, the code often.
COPY requirements.txt .
RUN pip install --disable-pip-version-check --require-hashes -r requirements.txt

COPY . .
# collectstatic reads the settings, which refuse to guess; none of these values outlives the layer.
RUN SECRET_KEY=only-to-collect-static-files-at-build-time-0123456789 ALLOWED_HOSTS=none \
    DATABASE_URL=postgres://none/none REDIS_URL=redis://none/0 \
    STATIC_ROOT=/srv/static python manage.py collectstatic --no-input
ENV STATIC_ROOT=/srv/static STATIC_FROM_APPS=0

USER okta
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "okta.wsgi:application", \
     "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "2", "--blocking-threads", "16", \
     "--workers-kill-timeout", "30"]
