"""/api/v1/photos/: what photos are said to show, with their verdicts; POST takes a photo in.

`nonces/` gives numbers to the page's camera; `<pk>/refile/` and `<pk>/share/` put a claim right that was sent for
the wrong site, or for two projects on purpose. Outsiders read claims that stand on published projects: no people,
no notes, no originals, houses to three decimals.
"""

import copy
from typing import Any, ClassVar

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Action, Person, may, reach
from accounts.models import User
from photos import capture, intake, refiling, review_api
from photos.capture import read_fix
from photos.conclusions import sentence_of
from photos.models import CheckResult, Claim, ClaimQuerySet, Purpose, Verdict
from photos.reuse import elsewhere
from photos.standing import with_decision
from photos.suggesting import for_claim
from photos.uploads import IncomingFile, streaming
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem
from places.saying import say
from projects import filters
from projects.models import Project, Site, WorkType, stage_word

SENTENCES = sentences(
    {
        "photos.unknown_verdict": _("Filter verdict tidak mengenal “%(value)s”. Pilihannya: %(choices)s."),
    }
)


class CheckSerializer(serializers.ModelSerializer[CheckResult]):
    """One check: what it measured, the limit, and the sentence in the reader's language."""

    message = serializers.SerializerMethodField()

    class Meta:
        model = CheckResult
        fields = ["code", "status", "measured", "limit", "message"]

    def get_message(self, check: CheckResult) -> str:
        return say(Message.from_json(check.message))


def _told(check: CheckResult) -> dict[str, Any]:
    return {
        "code": check.code,
        "status": check.status,
        "measured": check.measured,
        "limit": check.limit,
        "message": say(Message.from_json(check.message)),
    }


class PhotoSerializer(serializers.ModelSerializer[Claim]):
    """A claim as this reader may see it."""

    project = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    stage = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="photo.sha256")
    taken_at = serializers.SerializerMethodField(help_text="ISO 8601 in the offset that applied")
    position = serializers.SerializerMethodField()
    verdict_label = serializers.CharField(source="get_verdict_display")
    sentence = serializers.SerializerMethodField(help_text="What the verdict rests on, in words")
    checks = serializers.SerializerMethodField()
    decision = serializers.SerializerMethodField(help_text="accepted, rejected, or null: nobody yet")
    same_picture = serializers.SerializerMethodField()
    uploaded_by = serializers.SerializerMethodField()
    taken_by = serializers.SerializerMethodField(help_text="Who took the picture, null if nobody said")
    answers = serializers.SerializerMethodField(help_text="The claim that this photo replaces")
    fix = serializers.SerializerMethodField(help_text="The capture fix; its seal stands in the facts")
    binding = serializers.CharField(
        help_text="bound, unbound, changed, replayed, expired, foreign; empty: no fix"
    )
    thumb = serializers.SerializerMethodField()
    display = serializers.SerializerMethodField()
    original = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = [
            "id", "uuid", "sha256", "project", "site", "progress", "stage", "purpose", "note", "file_name",
            "uploaded_by", "taken_by", "shared_reason", "answers", "received_at", "taken_at", "taken_at_source",
            "position", "position_reason", "fix", "binding",
            "distance_m", "verdict", "verdict_label", "sentence", "checks", "stands", "decision", "same_picture",
            "thumb", "display", "original",
        ]  # fmt: skip

    _built: ClassVar[dict[str, Any]] = {}

    def get_fields(self) -> dict[str, Any]:
        """The same for every answer, and dear to derive from the model: built once, then copied."""
        if not self._built:
            self._built.update(super().get_fields())
        return copy.deepcopy(self._built)

    def to_representation(self, claim: Claim) -> dict[str, Any]:
        content = super().to_representation(claim)
        if not self._inside(claim):
            for name in (
                "uuid",
                "sha256",
                "note",
                "file_name",
                "uploaded_by",
                "taken_by",
                "shared_reason",
                "answers",
                "fix",
                "binding",
                "checks",
                "same_picture",
            ):
                content.pop(name)
            if claim.project.work_type == WorkType.HOUSE and content["position"]:
                position = content["position"]
                content["position"] = {"lon": round(position["lon"], 3), "lat": round(position["lat"], 3)}
                content["distance_m"] = None
        return content

    def _user(self) -> Any:
        return self.context["request"].user

    def _inside(self, claim: Claim) -> bool:
        return may(self._user(), Action.SEE_DRAFTS, claim.project.village_id)

    def get_project(self, claim: Claim) -> dict[str, Any]:
        project = claim.project
        title = project.title if self._inside(claim) else project.public_title or project.title
        return {"id": project.pk, "code": project.code, "title": title}

    def get_site(self, claim: Claim) -> dict[str, Any]:
        label = claim.site.label if self._inside(claim) else claim.site.public_label
        return {"id": claim.site_id, "no": claim.site.no, "label": label}

    def get_stage(self, claim: Claim) -> str:
        return stage_word(claim.progress)

    def get_taken_at(self, claim: Claim) -> str | None:
        zone = timezone.get_fixed_timezone(claim.taken_at_offset_min)
        return claim.taken_at.astimezone(zone).isoformat(timespec="seconds") if claim.taken_at else None

    def get_position(self, claim: Claim) -> dict[str, Any] | None:
        if claim.position is None:
            return None
        point = claim.position
        return {"lon": point.x, "lat": point.y, "error_m": claim.error_m, "source": claim.position_source}

    def get_sentence(self, claim: Claim) -> str:
        return sentence_of(claim)

    def get_decision(self, claim: Claim) -> str | None:
        return getattr(claim, "decision", None)

    @extend_schema_field(CheckSerializer(many=True))
    def get_checks(self, claim: Claim) -> list[dict[str, Any]]:
        """As CheckSerializer says it; building its fields anew for each answer takes longer than all checks."""
        return [_told(check) for check in claim.checks.all()]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_same_picture(self, claim: Claim) -> list[dict[str, Any]]:
        """Other claims of the same bytes that the reader may see; asked only where the check found any."""
        if not any(c.code == "not_reused" and c.status == "failed" for c in claim.checks.all()):
            return []
        others = elsewhere(claim, self._user())[:20]
        return [
            {
                "project": other.project_id,
                "title": other.project.title_for(self._user()),
                "progress": other.progress,
            }
            for other in others
        ]

    def get_uploaded_by(self, claim: Claim) -> str | None:
        return str(claim.uploaded_by) if claim.uploaded_by else None

    def get_taken_by(self, claim: Claim) -> str | None:
        return str(claim.taken_by) if claim.taken_by else claim.taken_by_name or None

    def get_answers(self, claim: Claim) -> int | None:
        return claim.answers_id

    def get_fix(self, claim: Claim) -> dict[str, Any] | None:
        return capture.shown(claim.fix)

    def get_thumb(self, claim: Claim) -> str | None:
        return reverse("photo_thumb", args=[claim.pk]) if claim.photo.thumb else None

    def get_display(self, claim: Claim) -> str | None:
        return reverse("photo_display", args=[claim.pk]) if claim.photo.display else None

    def get_original(self, claim: Claim) -> str | None:
        allowed = may(self._user(), Action.ORIGINALS, claim.project.village_id)
        return reverse("photo_original", args=[claim.pk]) if allowed and not claim.photo.removed_at else None


class SentPhotoSerializer(serializers.Serializer[Any]):
    """What a photo is sent with. uuid: made by the sender once per photo, kept when sending again."""

    uuid = serializers.UUIDField()
    project = serializers.CharField(help_text="Primary key or code, such as 12 or 35.10.19.2003/2026/0007")
    site = serializers.IntegerField(
        required=False, allow_null=True, help_text="Needed where the project has several"
    )
    progress = serializers.IntegerField(
        required=False, min_value=0, max_value=100, help_text="Needed for the purpose progress"
    )
    purpose = serializers.ChoiceField(choices=Purpose.choices, default=Purpose.PROGRESS)
    file = serializers.FileField(allow_empty_file=True)
    fix = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text='JSON: {"lon", "lat", "accuracy_m", "at", "shot_at"?, "age_s"?, "altitude_m"?, "heading_deg"?, '
        '"speed_m_s"?, "nonce"?, "mac"?}; docs/design/capture.md',
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    taken_by = serializers.CharField(
        required=False, allow_blank=True, max_length=120, default="", help_text="User name or any name"
    )
    shared_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        default="",
        help_text="Why this picture serves another project too",
    )
    answers = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=60,
        default="",
        help_text="uuid or id of the claim, rejected or asked for again, that this photo replaces",
    )


class NoncesSerializer(serializers.Serializer[Any]):
    """How many numbers the page's camera wants."""

    count = serializers.IntegerField(min_value=1, max_value=capture.NONCES_AT_ONCE, default=10)


class NonceSerializer(serializers.Serializer[Any]):
    """A number to seal one shot with, and its key, told once."""

    nonce = serializers.CharField()
    key = serializers.CharField(help_text="64 hex digits: the key of the HMAC-SHA256")
    expires_at = serializers.DateTimeField()


class RefileSerializer(serializers.Serializer[Any]):
    """The site that the photo was meant for."""

    site = serializers.IntegerField(min_value=1)


class ShareSerializer(serializers.Serializer[Any]):
    """Why one picture serves two projects."""

    reason = serializers.CharField(max_length=300, allow_blank=True)


class PhotoViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Claim]):
    """Claims that the reader may see, the newest first; POST takes one photo in."""

    queryset = Claim.objects.none()
    serializer_class = PhotoSerializer
    parser_classes: list[type[BaseParser]] = [MultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        with streaming(request):
            return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> ClaimQuerySet:
        claims = _whole(Claim.objects.visible_to(self.request.user))
        return claims.order_by("-received_at", "-pk").filter(_asked(self.request))

    def _read(self, pk: int) -> Claim:
        return _whole(Claim.objects.filter(pk=pk)).get()

    @extend_schema(
        parameters=[
            OpenApiParameter("project", description="Primary keys or codes of projects"),
            OpenApiParameter("verdict", enum=Verdict.values),
            OpenApiParameter("place", description="Codes of places"),
            OpenApiParameter("year", description="Fiscal years"),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Claims by project, verdict, and the words that select projects."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": SentPhotoSerializer},
        responses={201: PhotoSerializer, 200: PhotoSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a photo in. 201 with its verdict; 200 if this very photo was here; 409 for a uuid of other bytes."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        form = SentPhotoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        project = find_project(request.user, sent["project"])
        file: IncomingFile = sent["file"]
        receipt = intake.receive(
            actor=request.user,
            uuid=sent["uuid"],
            project=project,
            site=_site(project, sent.get("site")),
            progress=sent.get("progress"),
            purpose=sent["purpose"],
            note=sent["note"],
            fix=read_fix(sent.get("fix")),
            taken_by=sent["taken_by"],
            shared_reason=sent["shared_reason"],
            answers=sent["answers"],
            upload=file,
            file_name=file.name or "",
        )
        return self._answer(receipt.claim, created=receipt.is_new)

    def _answer(self, claim: Claim, *, created: bool) -> Response:
        """The claim as its sender reads it, with what they may put right."""
        if not hasattr(claim, "decision"):  # a new claim knows all that is asked here
            claim = self._read(claim.pk)
        more = {
            "suggestion": _suggested(claim, self.request.user),
            "may_share": refiling.may_share(claim),
        }
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(self.get_serializer(claim).data | more, status=code)

    @extend_schema(request=NoncesSerializer, responses={201: NonceSerializer(many=True)})
    @action(methods=["post"], detail=False, parser_classes=[JSONParser, FormParser, MultiPartParser])
    def nonces(self, request: Request) -> Response:
        """Numbers with keys for the page's camera, each for one shot of the person who asks."""
        user = _sender(request)
        form = NoncesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        issued = capture.issue(user=user, count=form.validated_data["count"])
        answer = Response(NonceSerializer(issued, many=True).data, status=status.HTTP_201_CREATED)
        answer["Cache-Control"] = "no-store"
        return answer

    @extend_schema(request=RefileSerializer, responses={201: PhotoSerializer})
    @action(methods=["post"], detail=True, parser_classes=[JSONParser, FormParser, MultiPartParser])
    def refile(self, request: Request, pk: str = "") -> Response:
        """Move an own photo to the site that it was meant for: the old claim is withdrawn, a new one judged."""
        user = _sender(request)
        claim = refiling.own_claim(user, pk)
        form = RefileSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        site = refiling.find_site(user, form.validated_data["site"])
        moved = refiling.refile(actor=user, claim=claim, site=site)
        return self._answer(moved, created=True)

    @extend_schema(request=ShareSerializer, responses={200: PhotoSerializer})
    @action(methods=["post"], detail=True, parser_classes=[JSONParser, FormParser, MultiPartParser])
    def share(self, request: Request, pk: str = "") -> Response:
        """Declare, with a reason, that an own photo serves two projects; the claim is judged again."""
        user = _sender(request)
        claim = refiling.own_claim(user, pk)
        form = ShareSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        shared = refiling.declare_shared(actor=user, claim=claim, reason=form.validated_data["reason"])
        return self._answer(shared, created=False)


def _whole(claims: ClaimQuerySet) -> ClaimQuerySet:
    """With all that the serializer asks of a claim."""
    related = with_decision(claims).select_related("photo", "project", "site", "uploaded_by", "taken_by")
    return related.prefetch_related(Prefetch("checks", CheckResult.objects.order_by("order")))


def _sender(request: Request) -> User:
    """The person who asks. Raises NotAuthenticated, or PermissionDenied for people who may send no photos anywhere."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    if not reach(request.user, Action.CLAIM):
        raise PermissionDenied
    return request.user


def find_project(user: Any, text: str) -> Project:
    """The project of that primary key or code, if the person may see it. Raises Http404."""
    wanted = Q(pk=int(text)) if text.isdecimal() and len(text) < 18 else Q(code=text)
    projects = Project.objects.visible_to(user).select_related("village").defer("village__boundary")
    return get_object_or_404(projects.prefetch_related("sites"), wanted)


def _suggested(claim: Claim, user: Person) -> dict[str, Any] | None:
    """The site that the photo was probably meant for, with the question to ask."""
    found = for_claim(claim, user)
    if found is None:
        return None
    project = found.site.project_id
    return {
        "project": project,
        "site": found.site.pk,
        "distance_m": found.distance_m,
        "sentence": say(found.message),
    }


def _site(project: Project, pk: int | None) -> Site | None:
    if pk is None:
        return None
    return next((site for site in project.sites.all() if site.pk == pk), None) or _no_such_site()


def _no_such_site() -> Site:
    said = Problem(message("intake.other_site"))
    said.fields = {"site": [said.sentence]}
    raise said


def _asked(request: Request) -> Q:
    """The filters of a request; verdict means the claim's own, all other words select its project."""
    params = request.query_params
    condition = Q()
    verdicts = _listed(params, "verdict")
    if wrong := [value for value in verdicts if value not in Verdict.values]:
        raise Problem(message("photos.unknown_verdict", value=wrong[0], choices=", ".join(Verdict.values)))
    if verdicts:
        condition &= Q(verdict__in=verdicts)
    if wanted := _listed(params, "project"):
        keys = [int(value) for value in wanted if value.isdecimal() and len(value) < 18]
        condition &= Q(project__in=keys) | Q(project__code__in=wanted)
    others = {word: params.getlist(word) for word in filters.WORDS if word not in {"evidence", "verdict"}}
    asked = filters.read(others)
    selected = filters.apply(Project.objects.all(), asked, request.user)
    return condition & Q(project__in=selected) if asked else condition


def _listed(params: Any, word: str) -> list[str]:
    return [part.strip() for text in params.getlist(word) for part in text.split(",") if part.strip()]


router_entries = [("photos", PhotoViewSet, "photo"), review_api.router_entry]
