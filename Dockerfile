# One image, three roles: web, worker, beat. See docker-compose.yml.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
RUN useradd --create-home --uid 10001 iat && mkdir -p /app /var/lib/iat && chown iat /var/lib/iat
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
RUN IAT_HOME=/tmp/build IAT_SECRET_KEY=build IAT_FERNET_KEYS=build IAT_STATIC=/app/.static python manage.py collectstatic --noinput -v 0
ENV IAT_HOME=/var/lib/iat IAT_BIND=0.0.0.0:8000 IAT_SINGLE_USER=0 IAT_STATIC=/app/.static
USER iat
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=4s CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=3)"
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "iat.wsgi:application"]
