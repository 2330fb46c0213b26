"""What follows from who is logged in: their language, and a password that must be changed first."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]
_OPEN_WITHOUT_CHANGE = ("/accounts/", "/static/", "/healthz", "/readyz", "/i18n/")


class PersonalLanguage:
    """Uses the language of the person's account, unless they chose another for this browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and "django_language" not in request.COOKIES:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class PasswordMustChange:
    """Sends a person with a restored (temporary) password to the page that changes it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.password_must_change
            and not request.path.startswith(_OPEN_WITHOUT_CHANGE)
        ):
            return HttpResponseRedirect(reverse("account_change_password"))
        return self.get_response(request)
