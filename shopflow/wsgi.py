"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopflow.settings")
os.environ.setdefault("SHOPFLOW_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
