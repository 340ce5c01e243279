# The production image: one for web, worker, beat and the one-off `prepare`.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=assist_portal.settings \
    STATIC_ROOT=/srv/static \
    VAR=/srv/var

RUN useradd --system --uid 10001 --home-dir /srv --create-home portal && mkdir /srv/static /srv/var && chown portal /srv/static /srv/var
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps -r requirements/base.txt

COPY . .
USER portal
# The settings want addresses; collecting files reads none of them.
RUN SECRET_KEY=build DATABASE_URL=postgres://nobody@/none REDIS_URL=redis://nowhere:6379/0 python manage.py collectstatic --no-input

EXPOSE 8000
CMD ["gunicorn", "assist_portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "assist_portal.running.web.PatientWorker", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket", "--graceful-timeout", "15", "--keep-alive", "30"]
