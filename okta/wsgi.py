"""The WSGI door, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from okta.watch import watcher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okta.settings")

application = get_wsgi_application()
watcher.start()
