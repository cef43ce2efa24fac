"""The settings of the example: five caches in one Redis, as real projects have them."""

import os

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")

DEBUG = False
SECRET_KEY = "an example: it signs nothing that matters"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop"
INSTALLED_APPS = ["django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")],
    }
]
DATABASES = {}
USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def cache(key_prefix="", version=1, **options):
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": key_prefix,
        "VERSION": version,
        "TIMEOUT": 300,
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient", **options},
    }


CACHES = {
    # Keys start with ":1:", values are pickles.
    "default": cache(),
    # Keys start with "shop:2:".
    "shop": cache("shop", 2),
    "packed": cache("packed", COMPRESSOR="django_redis.compressors.zlib.ZlibCompressor"),
    "json": cache("json", SERIALIZER="django_redis.serializers.json.JSONSerializer"),
    "msgpack": cache("msgpack", SERIALIZER="django_redis.serializers.msgpack.MSGPackSerializer"),
}

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "default"
