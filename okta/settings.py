"""
Every setting, read from the environment; bad values are refused at start.

Durations are whole seconds in the environment and ``timedelta`` here.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import schedule
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from okta import broker
from okta.content_policy import CONTENT_SECURITY_POLICY  # noqa: F401  read from here by django-csp
from okta.env import env, env_seconds
from okta.look import UNFOLD  # noqa: F401  read from here by django-unfold

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Process --------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
ROOT_URLCONF = "okta.urls"
WSGI_APPLICATION = "okta.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "okta.apps.OktaConfig",
    "accounts",
    "workouts",
    "messaging",
    "notifications",
    "rtm",
    "feedback",
    "entrances",
    "followups",
    "care",
    "console",
    "unfold",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "rest_framework",
    "okta.apps.SignedInConfig",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "okta.apps.FailuresConfig",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.idle.middleware.IdleSignOut",
    "accounts.zone.ReadersZone",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "okta" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Rows -----------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url("DATABASE_URL", engine="django.db.backends.postgresql"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2")]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
# In a cookie, what one person was told would wait for the next at the same browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
IDLE_SIGN_OUT = env_seconds("IDLE_SIGN_OUT", 900)
TOKEN_LIFETIME = env_seconds("TOKEN_LIFETIME", 30 * 24 * 3600)
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": TOKEN_LIFETIME}
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", default=10)
AXES_COOLOFF_TIME = env_seconds("SIGN_IN_COOL_OFF", 900)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- Words and time -------------------------------------------------------------------------------
USE_TZ = USE_I18N = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "okta" / "locale"]

# --- Files ----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_APPS", default=True)

# --- API ------------------------------------------------------------------------------------------
API_PREFIXES = ("/v2/", "/rest/v1/")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "okta.schema.DoorSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "okta.api_errors.Handler",
    "EXCEPTION_FORMATTER_CLASS": "okta.api_errors.Formatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Okta",
    "DESCRIPTION": "The between-visits backend for physiotherapy clinics.",
    "VERSION": "2",
    "SCHEMA_PATH_PREFIX": "/v2",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "DevicePlatform": "notifications.states.Platform",
        "WorkoutStatus": "workouts.states.Status",
        "EntranceStatus": "entrances.states.Status",
        "DeliveryState": "feedback.states.DeliveryState",
        "FollowUpStatus": "followups.states.Status",
        "FollowUpUrgency": "followups.states.Urgency",
        "ConversationType": "messaging.states.ConversationType",
        "MessageType": "messaging.states.MessageType",
        "NotificationType": "notifications.states.NotificationType",
    },
}

# --- Stories --------------------------------------------------------------------------------------
FEEDBACK_QUIET_PERIOD = env_seconds("FEEDBACK_QUIET_PERIOD", 300)
FEEDBACK_MAX_WAIT = env_seconds("FEEDBACK_MAX_WAIT", 1800)
ENTRANCE_WINDOW = env_seconds("ENTRANCE_WINDOW", 7200)
FOLLOWUP_RETRY_BASE = env_seconds("FOLLOWUP_RETRY_BASE", 60)
FOLLOWUP_OUTAGE_GRACE = env_seconds("FOLLOWUP_OUTAGE_GRACE", 1800)
FOLLOWUP_REQUIRE_KNOWN_RECIPIENT = env.bool("FOLLOWUP_REQUIRE_KNOWN_RECIPIENT", default=False)
# The id of the clinic that rows from outside belong to when nothing else says whose they are.
FOLLOWUP_DEFAULT_TENANT = env.int("FOLLOWUP_DEFAULT_TENANT", default=None)
FOLLOWUP_ARCHIVE_AFTER = env_seconds("FOLLOWUP_ARCHIVE_AFTER", 90 * 24 * 3600)
FOLLOWUP_ARCHIVE_KEEP = env_seconds("FOLLOWUP_ARCHIVE_KEEP", 0, least=0)  # zero: for ever
EXPO_PUSH_URL = env.str("EXPO_PUSH_URL", default="https://exp.host")
EXPO_ACCESS_TOKEN = env.str("EXPO_ACCESS_TOKEN", default="")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")
WEBPUSH_HOSTS = env.list("WEBPUSH_HOSTS", default=[])
TWILIO_URL = env.str("TWILIO_URL", default="https://api.twilio.com")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")
FCM_URL = env.str("FCM_URL", default="https://fcm.googleapis.com")
FCM_CREDENTIALS = env.str("FCM_CREDENTIALS", default="")
APNS_URL = env.str("APNS_URL", default="https://api.push.apple.com")
APNS_KEY = env.str("APNS_KEY", default="", multiline=True)
APNS_KEY_ID = env.str("APNS_KEY_ID", default="")
APNS_TEAM_ID = env.str("APNS_TEAM_ID", default="")
APNS_TOPIC = env.str("APNS_TOPIC", default="")
# Which transport carries which kind of device; a kind that is not named here is refused in words.
PUSH_TRANSPORTS = {
    "EXPO": env.str("PUSH_TRANSPORT_EXPO", default="notifications.transports.expo.ExpoTransport"),
    "WEBPUSH": "notifications.transports.webpush.WebPushTransport",
    "SMS": "notifications.transports.sms.SmsTransport" if TWILIO_ACCOUNT_SID else "",
    "FCM": "notifications.transports.fcm.FcmTransport",
    "APNS": "notifications.transports.apns.ApnsTransport",
}
PUSH_RECEIPT_DELAY = env_seconds("PUSH_RECEIPT_DELAY", 900)
PUSH_GIVE_UP_AFTER = env_seconds("PUSH_GIVE_UP_AFTER", 6 * 3600)
NOTIFIED_ABOUT = {"workoutId": "workouts.Workout", "conversationId": "messaging.Conversation"}  # with a patient each

# --- Delayed work: every sweep, and how often beat asks for it ------------------------------------
SWEEPS = {
    "okta.heartbeat": env_seconds("HEARTBEAT_EVERY", 60),
    "feedback.sweep": env_seconds("FEEDBACK_SWEEP_EVERY", 60),
    "entrances.sweep": env_seconds("ENTRANCE_SWEEP_EVERY", 900),
    "followups.sweep": env_seconds("FOLLOWUP_SWEEP_EVERY", 60),
    "followups.receipts": env_seconds("FOLLOWUP_RECEIPTS_EVERY", 60),
    "followups.archive": env_seconds("FOLLOWUP_ARCHIVE_EVERY", 3600),
    "notifications.sweep": env_seconds("PUSH_SWEEP_EVERY", 60),
    "notifications.receipts": env_seconds("PUSH_RECEIPTS_EVERY", 60),
}
WAKEUP_MAX_COUNTDOWN = timedelta(seconds=900)
WAKEUP_BUDGET = env.int("WAKEUP_BUDGET", default=2000)
DEGRADATION_PROBES = [
    "okta.health.broker_unreachable",
    "okta.health.rabbitmq_unreachable",
    "okta.health.late_sweeps",
    "feedback.health.dead_deliveries",
    "entrances.health.failing_entrances",
    "followups.health.troubles",
    "notifications.health.oldest_push_due",
]
METRICS = [
    "okta.metrics.sweeps",
    "okta.metrics.wakeups",
    "feedback.health.gauges",
    "followups.metrics.gauges",
    "notifications.health.gauges",
]
WATCHES = ["followups.actions.watch.watch"]  # by every web process and worker, whatever beat does
OKTA_WATCH_EVERY = env_seconds("OKTA_WATCH_EVERY", 30)
READINESS_FIGURES = {"followUps": "followups.health.figures"}
STATUS_BLOCKS = ["followups.status.block"]

# --- Celery (why each value is what it is: docs/scaling.md) ---------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(CELERY_BROKER_URL)
# For beat, which keeps one connection and would never make another; who wakes says "no" himself.
CELERY_TASK_PUBLISH_RETRY = True
WAKEUP_MIN_COUNTDOWN = broker.shortest_countdown(CELERY_BROKER_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.int("WORKER_SOFT_SHUTDOWN_TIMEOUT", default=30)
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = broker.queues(CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_EXCHANGE = CELERY_TASK_DEFAULT_ROUTING_KEY = CELERY_TASK_DEFAULT_QUEUE
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": schedule(every), "options": {"queue": "sweeps"}} for name, every in SWEEPS.items()
}
# How long one worker may hold rows it is sending over the network before others may take them.
LEASE = timedelta(seconds=120)
if LEASE.total_seconds() <= CELERY_TASK_TIME_LIMIT + 20:
    raise ImproperlyConfigured("LEASE must outlast CELERY_TASK_TIME_LIMIT by more than 20 s.")

# --- Logs -------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
