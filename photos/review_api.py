"""/api/v1/photos/<pk>/reviews/: people's decisions on a photo; POST makes one."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Action, reach
from accounts.models import User
from photos.models import Claim, Review, ReviewDecision
from photos.reviewing import REASON_LENGTH, review


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A decision: by whom, as which tier, why, when. batch: the number it shares with others made at once."""

    reviewer = serializers.SerializerMethodField()
    decision_label = serializers.CharField(source="get_decision_display")

    class Meta:
        model = Review
        fields = ["id", "decision", "decision_label", "reason", "tier", "reviewer", "at", "batch"]

    def get_reviewer(self, made: Review) -> str | None:
        return str(made.reviewer) if made.reviewer else None


class SentReviewSerializer(serializers.Serializer[Any]):
    """A decision as it is sent. seen: id of the newest review that the sender knew; none if there was none."""

    decision = serializers.ChoiceField(choices=ReviewDecision.choices)
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=REASON_LENGTH, default="",
        help_text="Needed to reject or ask again, and to accept what the checks did not verify",
    )  # fmt: skip
    seen = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class ReviewViewSet(viewsets.GenericViewSet[Review]):
    """Decisions on one photo, for those whose duty covers its village."""

    queryset = Review.objects.none()
    serializer_class = ReviewSerializer
    pagination_class = None
    parser_classes = [JSONParser, FormParser, MultiPartParser]

    def _claim(self, action: Action) -> Claim:
        if not self.request.user.is_authenticated:
            raise NotAuthenticated
        covered = reach(self.request.user, action).q("project__village__code")
        claims = Claim.objects.filter(covered).select_related("project")
        return get_object_or_404(claims, pk=self.kwargs["pk"])

    @extend_schema(responses=ReviewSerializer(many=True))
    def list(self, request: Request, pk: int) -> Response:
        """All decisions, the newest first."""
        reviews = self._claim(Action.SEE_DRAFTS).reviews.select_related("reviewer")
        return Response(ReviewSerializer(reviews, many=True).data)

    @extend_schema(
        request=SentReviewSerializer,
        responses={201: ReviewSerializer, 409: OpenApiResponse(description="Somebody decided in between")},
    )
    def create(self, request: Request, pk: int) -> Response:
        """Decide. 409 if a review came in between that `seen` does not name, saying whose it was."""
        claim = self._claim(Action.REVIEW)
        form = SentReviewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = review(actor=cast(User, request.user), claim=claim, **form.validated_data)
        return Response(ReviewSerializer(made).data, status=status.HTTP_201_CREATED)


router_entry = (r"photos/(?P<pk>\d{1,17})/reviews", ReviewViewSet, "photo-review")
