"""Settings. Everything that differs between installations is read in env.py; nothing here is edited by operators."""

from datetime import timedelta

import dj_database_url
from pythonjsonlogger.core import RESERVED_ATTRS

from iat import env

BASE_DIR = env.ROOT
SECRET_KEY = env.kept_key("IAT_SECRET_KEY")
FERNET_KEYS = [key for key in env.kept_key("IAT_FERNET_KEYS").split(",") if key]
DEBUG = env.flag("IAT_DEBUG", False)
EMBEDDED = env.EMBEDDED

IAT_BIND = env.text("IAT_BIND", "127.0.0.1:8000")
IAT_SINGLE_USER = env.flag("IAT_SINGLE_USER", EMBEDDED)
IAT_FORCE_SINGLE_USER = env.flag("IAT_FORCE_SINGLE_USER", False)
IAT_PUBLIC_URL = env.text("IAT_PUBLIC_URL", f"http://{IAT_BIND}")
IAT_FILES = env.text("IAT_FILES", str(env.HOME / "files"))
IAT_S3 = {
    "bucket_name": env.text("IAT_S3_BUCKET"), "endpoint_url": env.text("IAT_S3_ENDPOINT") or None, "region_name": env.text("IAT_S3_REGION") or None,
    "access_key": env.text("IAT_S3_ACCESS_KEY") or None, "secret_key": env.text("IAT_S3_SECRET_KEY") or None, "addressing_style": "path", "file_overwrite": True,
} if env.text("IAT_S3_BUCKET") else {}
IAT_LOCAL_ROOTS = [folder for folder in env.text("IAT_LOCAL_ROOTS").split(",") if folder]
IAT_S3_PROFILES = [name for name in env.text("IAT_S3_PROFILES").split(",") if name]
IAT_MAX_UPLOAD_BYTES = env.number("IAT_MAX_UPLOAD_MB", 40) * 1024 * 1024
IAT_MAX_PACKAGE_BYTES = env.number("IAT_MAX_PACKAGE_GB", 20) * 1_000_000_000
IAT_MAX_PIXELS = env.number("IAT_MAX_MEGAPIXELS", 60) * 1_000_000
IAT_FETCH_ALLOW = [net for net in env.text("IAT_FETCH_ALLOW").split(",") if net]
IAT_C2PA = {"certificate": env.text("IAT_C2PA_CERTIFICATE"), "private_key": env.text("IAT_C2PA_KEY"), "algorithm": env.text("IAT_C2PA_ALGORITHM", "es256"), "timestamps": env.text("IAT_C2PA_TIMESTAMPS")} if env.text("IAT_C2PA_CERTIFICATE") else {}
IAT_LEASE_S = env.number("IAT_LEASE_SECONDS", 30)
IAT_SWEEP_S = env.number("IAT_SWEEP_SECONDS", 5 if EMBEDDED else 15)

ALLOWED_HOSTS = [h for h in env.text("IAT_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in env.text("IAT_TRUSTED_ORIGINS").split(",") if o]
_HTTPS = IAT_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("IAT_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "iat.site.AdminConfig", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "whitenoise.runserver_nostatic", "django.contrib.staticfiles", "django_htmx", "template_partials", "ninja",
    "iat", "spaces", "projects", "renders",
]
MIDDLEWARE = [
    "iat.middleware.named_request", "django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware", "iat.middleware.guard_body",
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "iat.middleware.single_user",
    "django.contrib.messages.middleware.MessageMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware", "iat.middleware.scope_per_request",
]
ROOT_URLCONF = "iat.urls"
AUTH_USER_MODEL = "spaces.User"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}}]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "templates"], "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
        "iat.middleware.page_facts"], "builtins": ["iat.templatetags.ui"]},
}]

DATABASES = {"default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{env.HOME / 'iat.sqlite3'}"), conn_max_age=600, conn_health_checks=True)}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE", "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;",
    }

elif "postgresql" in DATABASES["default"]["ENGINE"]:
    # Short questions only: starting helpers or a compiler for one costs more than the answer.
    DATABASES["default"]["OPTIONS"] = {"options": env.text("IAT_PG_OPTIONS", "-c jit=off -c max_parallel_workers_per_gather=0")}

_QUEUE = env.HOME / "queue"
CELERY_BROKER_URL = env.text("IAT_BROKER_URL", "filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem"):
    for _folder in ("messages", "control"):
        (_QUEUE / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_QUEUE / "messages"), "data_folder_out": str(_QUEUE / "messages"), "control_folder": str(_QUEUE / "control"), "polling_interval": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_DB_REUSE_MAX = 10_000  # else Celery opens a new connection for every task; ours are looked after in kernel/queue.py
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "beat": {"task": "spaces.beat", "schedule": timedelta(seconds=10), "options": {"expires": 10}, "kwargs": {"owner": {}}},
    "sweep": {"task": "renders.sweep", "schedule": timedelta(seconds=IAT_SWEEP_S), "options": {"expires": IAT_SWEEP_S}, "kwargs": {"owner": {}}},
    "sweep-fetches": {"task": "spaces.sweep_fetches", "schedule": timedelta(seconds=max(IAT_SWEEP_S, 15)), "options": {"expires": 15}, "kwargs": {"owner": {}}},
    "sweep-projects": {"task": "projects.sweep", "schedule": timedelta(seconds=max(IAT_SWEEP_S, 15)), "options": {"expires": 15}, "kwargs": {"owner": {}}},
    "sweep-files": {"task": "spaces.sweep_files", "schedule": timedelta(hours=1), "options": {"expires": 600}, "kwargs": {"owner": {}}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(env.HOME / "beat-schedule")

STATIC_URL = "/static/"
STATIC_ROOT = env.text("IAT_STATIC", str(env.HOME / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage" if not DEBUG else "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
NINJA_PAGINATION_MAX_LIMIT = 200

_LINES = env.text("IAT_LOG_FORMAT", "text")
LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "filters": {"about": {"()": "iat.kernel.logs.About"}},
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s:%(about)s %(message)s"},
        "json": {"()": "pythonjsonlogger.orjson.OrjsonFormatter", "fmt": ["asctime", "levelname", "name", "message"], "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"}, "reserved_attrs": [*RESERVED_ATTRS, "about"]}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if _LINES == "json" else "text", "filters": ["about"]}},
    "root": {"handlers": ["console"], "level": env.text("IAT_LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "celery": {"level": "WARNING"}, "PIL": {"level": "WARNING"}, "botocore": {"level": "WARNING"}},
}
