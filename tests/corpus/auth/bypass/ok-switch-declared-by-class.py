# Each view says for itself whether one has to be signed in.
from django.contrib.auth.views import redirect_to_login
from django.views.generic import TemplateView


class Page(TemplateView):
    login_required = False

    def dispatch(self, request, *args, **kwargs):
        if self.login_required and not request.user.is_authenticated:  # ok
            return redirect_to_login(request.path)
        return super().dispatch(request, *args, **kwargs)
