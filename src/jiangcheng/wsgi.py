"""WSGI entry of the server process: the application, the ledger's sequencer and the clock."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiangcheng.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from jiangcheng.jobs import proxy, timer  # noqa: E402  the apps must be set up first
from jiangcheng.kernel import sequencer  # noqa: E402

application = proxy.behind(application, settings.TRUSTED_PROXIES)
sequencer.start_background()
timer.start_background()
