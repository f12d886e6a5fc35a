"""The queue. On Redis or RabbitMQ in production; in the embedded set-up the same tasks over a folder."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iat.settings")

app = Celery("iat", task_cls="iat.kernel.queue:ScopedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["spaces", "projects", "renders"], related_name="workers")
