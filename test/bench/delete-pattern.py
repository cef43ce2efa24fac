# django-redis' delete_pattern on keys as they are, without prefix and version. Prints how many it deleted.
import sys

from django.conf import settings

port, pattern, itersize = sys.argv[1:]
settings.configure(
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "KEY_FUNCTION": lambda key, prefix, version: key,
            "REVERSE_KEY_FUNCTION": lambda key: key,
        }
    }
)
from django.core.cache import cache  # noqa: E402

arguments = {} if itersize == "default" else {"itersize": int(itersize)}
print(cache.delete_pattern(pattern, **arguments))
