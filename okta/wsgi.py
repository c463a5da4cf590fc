"""The WSGI door, served by granian."""

import gc
import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

from okta.watch import watcher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okta.settings")


class Handler(WSGIHandler):
    """
    Django's handler, deaf to charsets that are none.

    Python also calls rot13 and zip encodings. Django would take such a word for one, and fail over
    the query string before anything of ours could answer.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        media_type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if not is_of_text(parameters.get("charset", "utf-8")):
            environ["CONTENT_TYPE"] = media_type
        return super().__call__(environ, start_response)


def is_of_text(charset: str) -> bool:
    """Whether bytes can be decoded by it."""
    try:
        b"a".decode(charset)
    except (LookupError, ValueError):
        return False
    return True


django.setup(set_prefix=False)
application = Handler()
# Every door now and not with the first request. What is loaded by then stays for good: looked through
# again and again, it made the collector's pauses the slowest requests.
get_resolver().check()
gc.collect()
gc.freeze()
watcher.start()
