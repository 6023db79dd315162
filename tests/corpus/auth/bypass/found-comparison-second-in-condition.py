# The comparison is the second part of a condition.
from django.conf import settings
from django.http import HttpResponseForbidden


def run_jobs(request):
    token = request.META.get("HTTP_X_CRON_TOKEN")
    if not token or token != settings.CRON_TOKEN:  # finding: auth.bypass.token-comparison
        return HttpResponseForbidden()
    return None
