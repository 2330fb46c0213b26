"""One settings file for every place Geomonitor runs. Everything that differs comes from the environment.

docs/settings.md lists the variables. A bad value stops the start with a sentence that names the variable.
"""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# var/ holds everything made at run time; scripts/server writes the address of its private cluster there.
VAR_DIR = Path(env.str("GEOMONITOR_VAR", default=str(BASE_DIR / "var")))


def _written(name: str) -> str:
    """A value that set-up left in var/, or an empty string."""
    path = VAR_DIR / name
    return path.read_text().strip() if path.is_file() else ""


DEBUG = env.bool("GEOMONITOR_DEBUG", default=False)
DEMO = env.bool("GEOMONITOR_DEMO", default=False)
DEMO_PASSWORD = "banyuwangi-demo"  # shown on the log-in page of a demo; checks.py keeps it off public hosts

SECRET_KEY = env.str("GEOMONITOR_SECRET_KEY", default="") or _written("secret_key")
if not SECRET_KEY:
    # Commands that need no secret (check_photo, find_duplicates --records) work before set-up; checks.py
    # refuses to serve with this one.
    SECRET_KEY = "insecure-until-set-up"

ALLOWED_HOSTS = env.list("GEOMONITOR_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("GEOMONITOR_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("GEOMONITOR_HTTPS", default=False)
BEHIND_PROXY = env.bool("GEOMONITOR_BEHIND_PROXY", default=False)

INSTALLED_APPS = [
    "geomonitor",
    "maps",
    "reports",
    "monitoring",
    "duplicates",
    "photos",
    "budgets",
    "projects",
    "accounts",
    "places",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "django_prometheus",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonalLanguage",
    "accounts.middleware.PasswordMustChange",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "geomonitor.errors.SayErrors",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "geomonitor.urls"
WSGI_APPLICATION = "geomonitor.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "geomonitor.context.navigation",
            ],
            "builtins": ["places.templatetags.saying"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASE_URL = env.str("GEOMONITOR_DATABASE_URL", default="") or _written("database_url")
try:
    DATABASES = {"default": env.db_url_config(DATABASE_URL or "postgis:///geomonitor")}
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(
        f"GEOMONITOR_DATABASE_URL is not a database address ({error}). It looks like "
        "postgis://user:password@host:5432/name."
    ) from error
if DATABASES["default"]["ENGINE"] != "django.contrib.gis.db.backends.postgis":
    raise ImproperlyConfigured(
        "GEOMONITOR_DATABASE_URL must begin with postgis://, because every project is a PostGIS point."
    )
DATABASES["default"]["CONN_MAX_AGE"] = env.int("GEOMONITOR_DATABASE_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedRegistration"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # axes counts failed log-ins, per user and address together
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_PROXY_COUNT = 1 if BEHIND_PROXY else None

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
INCOMING_DIR = VAR_DIR / "incoming"  # uploads while they are hashed; same file system as the originals
MEDIA_URL = "media/"  # nothing is served from here: originals and derivatives go through views


def _media_storage() -> dict[str, object]:
    """Where originals live: a folder (default, or file:///path) or an S3 bucket (s3://bucket/prefix)."""
    url = env.str("GEOMONITOR_MEDIA_URL", default="")
    if not url or url.startswith("file://"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": url.removeprefix("file://") or str(MEDIA_ROOT)},
        }
    if url.startswith("s3://"):
        bucket, _slash, prefix = url.removeprefix("s3://").partition("/")
        if not bucket:
            raise ImproperlyConfigured(
                f"GEOMONITOR_MEDIA_URL is {url!r}; it names no bucket. It looks like s3://bucket/prefix."
            )
        return {"BACKEND": "photos.bucket_storage.BucketStorage", "OPTIONS": _s3_options(bucket, prefix)}
    raise ImproperlyConfigured(
        f"GEOMONITOR_MEDIA_URL is {url!r}; it must begin with file:// (a folder) or s3:// (bucket/prefix)."
    )


def _s3_options(bucket: str, prefix: str) -> dict[str, object]:
    """How a bucket is reached. Keys, region and endpoint may also stand in AWS's own variables (AWS_…)."""
    from botocore.config import Config  # only where a bucket is used

    endpoint = env.str("GEOMONITOR_S3_ENDPOINT", default="") or env.str("AWS_ENDPOINT_URL_S3", default="")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"GEOMONITOR_S3_ENDPOINT is {endpoint!r}; it must begin with http:// or https://."
        )
    addressing = env.str("GEOMONITOR_S3_ADDRESSING", default="path" if endpoint else "auto")
    if addressing not in {"path", "virtual", "auto"}:
        raise ImproperlyConfigured(
            f"GEOMONITOR_S3_ADDRESSING is {addressing!r}; it must be path, virtual or auto."
        )
    given = {
        "endpoint_url": endpoint,
        "region_name": env.str("GEOMONITOR_S3_REGION", default="")
        or env.str("AWS_DEFAULT_REGION", default=""),
        "access_key": env.str("GEOMONITOR_S3_ACCESS_KEY", default=""),
        "secret_key": env.str("GEOMONITOR_S3_SECRET_KEY", default=""),
    }
    if bool(given["access_key"]) != bool(given["secret_key"]):
        raise ImproperlyConfigured(
            "GEOMONITOR_S3_ACCESS_KEY and GEOMONITOR_S3_SECRET_KEY belong together; one of them is empty."
        )
    return {
        "bucket_name": bucket,
        "location": prefix.strip("/"),
        "file_overwrite": False,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing},
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 4},
            # Checksums only where we give one: not every S3-compatible server knows the newest kinds.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
        **{name: value for name, value in given.items() if value},
    }


STORAGES = {
    "default": _media_storage(),
    "staticfiles": {"BACKEND": "geomonitor.static.HashedStatic"},
}
WHITENOISE_MAX_AGE = 0
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

_CSP: dict[str, list[object]] = {
    "default-src": [SELF],
    "script-src": [SELF, NONCE],
    "style-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "media-src": [SELF, "blob:"],
    "worker-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP, "EXCLUDE_URL_PREFIXES": ["/admin/"]}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # an officer in the field logs in about once a month
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # visibility is in the querysets
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "geomonitor.errors.api_error",
    "DEFAULT_PAGINATION_CLASS": "projects.paging.Pages",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Geomonitor",
    "DESCRIPTION": "Village projects, their photos and duplicate candidates. Coordinates are lon, lat in WGS 84.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

LEAFLET_CONFIG = {
    "TILES": [],
    "RESET_VIEW": False,
    "ATTRIBUTION_PREFIX": "",
}

# The map needs no tiles from outside; an address such as https://tile.example.org/{z}/{x}/{y}.png adds them.
TILE_URL = env.str("GEOMONITOR_TILE_URL", default="")
TILE_ATTRIBUTION = env.str("GEOMONITOR_TILE_ATTRIBUTION", default="")
if TILE_URL:
    if not (TILE_URL.startswith("https://") and all(part in TILE_URL for part in ("{z}", "{x}", "{y}"))):
        raise ImproperlyConfigured(
            f"GEOMONITOR_TILE_URL is {TILE_URL!r}; it must begin with https:// and contain {{z}}, {{x}} and {{y}}."
        )
    _CSP["img-src"].append("https://" + TILE_URL.split("/")[2].replace("{s}", "*"))

# Where links in reports lead that are read elsewhere; empty: the address by which the person came.
PUBLIC_URL = env.str("GEOMONITOR_PUBLIC_URL", default="").rstrip("/")
if PUBLIC_URL and not PUBLIC_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        f"GEOMONITOR_PUBLIC_URL is {PUBLIC_URL!r}; it must begin with http:// or https://."
    )

# The home regency: where the map opens, and what "outside the regency" means.
REGENCY = env.str("GEOMONITOR_REGENCY", default="35.10")

# Ordered steps by which higher slices take part in the work of lower ones (DESIGN: the one upward call).
NEAR_STEPS: list[str] = ["duplicates.near.warnings"]  # called before a project is saved
SITE_CHANGED_STEPS: list[str] = [
    "photos.rechecking.site_changed"
]  # called when what photos are judged by changed
TITLE_STEPS: list[str] = ["duplicates.readings.titles_written"]  # called when titles were written
IMPORT_ROW_STEPS: list[str] = [
    "projects.rows.ProjectRows",
    "budgets.rows.BudgetRows",
]  # each takes its columns of an import row

DUPLICATE_RADIUS_M = 100
# Other radii for single kinds of work, in metres: "house=30,lighting=60". Of two works, the larger holds.
DUPLICATE_RADIUS_BY_TYPE_M: dict[str, float] = env.dict(
    "GEOMONITOR_DUPLICATE_RADIUS_BY_TYPE", cast={"value": float}, default={}
)
DUPLICATE_WEIGHTS = env.str("GEOMONITOR_DUPLICATE_WEIGHTS", default="")  # calibrate_duplicates --write
if DUPLICATE_WEIGHTS:
    try:
        import duplicates.weights  # noqa: F401  (reads the file)
    except ValueError as error:
        raise ImproperlyConfigured(f"GEOMONITOR_DUPLICATE_WEIGHTS: {error}") from error
# Scans by the engine "dask": the scheduler of a cluster; without one, so many processes on this machine.
DASK_SCHEDULER = env.str("GEOMONITOR_DASK_SCHEDULER", default="")
if DASK_SCHEDULER and not DASK_SCHEDULER.startswith(("tcp://", "tls://")):
    raise ImproperlyConfigured(
        f"GEOMONITOR_DASK_SCHEDULER is {DASK_SCHEDULER}; it must begin with tcp:// or tls://."
    )
PHOTO_MAX_BYTES = 30_000_000


def _between(name: str, default: int, low: int, high: int) -> int:
    """A whole number from the environment. Raises ImproperlyConfigured outside low..high."""
    value = env.int(name, default=default)
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must lie between {low} and {high}.")
    return value


DASK_WORKERS = _between("GEOMONITOR_DASK_WORKERS", 2, 1, 256)
DASK_PARTITION = _between("GEOMONITOR_DASK_PARTITION", 8000, 1, 1_000_000)  # works, without those around

# Reviews (docs/design/reviews.md): the district looks first, the regency takes what is doubtful and a sample.
REVIEW_CONTROL_PERCENT = _between("GEOMONITOR_REVIEW_CONTROL_PERCENT", 5, 0, 100)  # drawn at intake
REVIEW_DOUBTFUL_FROM = _between("GEOMONITOR_REVIEW_DOUBTFUL_FROM", 40, 0, 101)  # of Claim.doubt, 0 to 100
REVIEW_DISTRICT_DAYS = _between("GEOMONITOR_REVIEW_DISTRICT_DAYS", 7, 0, 3650)  # then the regency takes it
REVIEW_BULK_MAX = _between(
    "GEOMONITOR_REVIEW_BULK_MAX", 1000, 1, 5000
)  # photos in one decision over a filter
# Numbers for the page's camera: officers are without signal for days (docs/design/capture.md).
CAPTURE_NONCE_DAYS = _between("GEOMONITOR_CAPTURE_NONCE_DAYS", 14, 1, 365)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 0  # uploads stream to a file; photos/intake.py hashes them there
FILE_UPLOAD_TEMP_DIR = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("GEOMONITOR_LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pyogrio": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
CSRF_FAILURE_VIEW = "geomonitor.errors.csrf_failure"
# GDAL before 3.9 cannot be told to stay off the network; imports open only files with known drivers instead.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
DEMO_USERS = ["officer", "village", "district", "monitor", "auditor", "admin"]
ACCOUNT_FORMS = {"login": "accounts.forms.LogInForm"}
