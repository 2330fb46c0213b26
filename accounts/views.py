"""Log-in, own password, and the page where the village, district or regency looks after its people."""

from allauth.account.views import LoginView, PasswordChangeView
from axes.decorators import axes_dispatch
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import duty_import, people
from accounts.access import Action, reach
from accounts.forms import DutyFileForm, DutyForm, PersonForm
from accounts.models import Duty, User

PEOPLE_ON_A_PAGE = 50


@method_decorator(axes_dispatch, name="dispatch")
class LogIn(LoginView):
    """allauth's log-in, with failed attempts counted by axes; a demo shows its users and their password."""

    template_name = "accounts/login.html"

    def get_form(self, form_class: type[Form] | None = None) -> Form:
        form: Form = super().get_form(form_class)
        form.fields["password"].help_text = ""  # the page has its own link for a lost password
        return form

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        if settings.DEMO:
            demo = User.objects.filter(username__in=settings.DEMO_USERS, is_active=True)
            context["demo_users"] = demo.prefetch_related("duties__place")
            context["demo_password"] = settings.DEMO_PASSWORD
        return context


class ChangePassword(PasswordChangeView):
    """allauth's password change; a temporary password is thereby replaced."""

    template_name = "accounts/password_change.html"
    success_url = "/"

    def form_valid(self, form: Form) -> HttpResponse:
        answer = super().form_valid(form)
        people.password_changed(user=self.request.user)
        return answer


def lost_password(request: HttpRequest) -> HttpResponse:
    """Says who can restore access; there is no e-mail to send anything to."""
    return render(request, "accounts/lost_password.html")


def _require_manager(request: HttpRequest) -> None:
    if not reach(request.user, Action.USERS):
        raise PermissionDenied(_("Hanya kepala desa, kecamatan atau kabupaten yang mengatur akun."))


@login_required
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody with a duty in the reader's places."""
    _require_manager(request)
    text = request.GET.get("who", "").strip()
    page = Paginator(people.managed_by(request.user, text), PEOPLE_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    persons = [
        {
            "user": user,
            "duties": list(user.duties.all()),
            "may_restore": people.may_restore(request.user, user),
        }
        for user in page
    ]
    context = {"persons": persons, "page_obj": page, "who": text, "file_form": DutyFileForm()}
    return render(request, "accounts/people.html", context)


@login_required
def person_new(request: HttpRequest) -> HttpResponse:
    """Make an account; its temporary password is shown once."""
    _require_manager(request)
    form = PersonForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        user, password = people.add_person(actor=request.user, **form.cleaned_data)
        return render(request, "accounts/password_given.html", {"given": [(user, password)]})
    return render(request, "accounts/person_new.html", {"form": form})


@login_required
def duty_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one more duty to somebody who already has one here."""
    _require_manager(request)
    user = get_object_or_404(people.managed_by(request.user), pk=pk)
    form = DutyForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        people.give_duty(actor=request.user, user=user, **form.cleaned_data)
        messages.success(request, _("Tugas diberikan."))
        return redirect("people")
    return render(request, "accounts/duty_new.html", {"form": form, "person": user})


@login_required
@require_POST
def duty_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a duty today."""
    duty = get_object_or_404(Duty.objects.filter(reach(request.user, Action.USERS).q("place__code")), pk=pk)
    people.end_duty(actor=request.user, duty=duty)
    messages.success(request, _("Tugas diakhiri hari ini."))
    return redirect("people")


@login_required
@require_POST
def person_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new temporary password, shown once."""
    _require_manager(request)
    user = get_object_or_404(people.managed_by(request.user), pk=pk)
    password = people.restore_access(actor=request.user, user=user)
    return render(request, "accounts/password_given.html", {"given": [(user, password)]})


@login_required
@require_POST
def duties_import(request: HttpRequest) -> HttpResponse:
    """Give the duties of a CSV file: first shown (dry run), then written with `confirm`."""
    _require_manager(request)
    form = DutyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Pilih berkas CSV terlebih dahulu."))
        return redirect("people")
    dry_run = "try" in request.POST
    content = form.cleaned_data["file"].read()
    result = duty_import.import_duties(actor=request.user, content=content, dry_run=dry_run)
    context = {"result": result, "dry_run": dry_run, "columns": ",".join(duty_import.COLUMNS)}
    return render(request, "accounts/duties_imported.html", context, status=422 if result.errors else 200)
