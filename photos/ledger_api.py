"""/api/v1/photos/<pk>/ledger/: the same ledger as the page's, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos import ledger


class FactSerializer(serializers.Serializer[Any]):
    """One fact. missing: a check asked for it, and no source has it."""

    source = serializers.CharField(  # type: ignore[assignment]  # a name that the base class uses too
        help_text="exif, xmp, iptc, capture, server, officer"
    )
    name = serializers.CharField()
    value = serializers.CharField(help_text="As people read it, in the reader's language")
    raw = serializers.CharField(help_text="As written in the source")
    missing = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True, help_text="Why there is no value")


class LedgerCheckSerializer(serializers.Serializer[Any]):
    """One check with the facts that it rests on."""

    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=["passed", "failed", "unknown", "warning"])
    sentence = serializers.CharField()
    measured = serializers.FloatField(allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    rule = serializers.IntegerField(help_text="Version of the check's rule")
    facts = FactSerializer(many=True)


class HappeningSerializer(serializers.Serializer[Any]):
    """One act on the claim or its file."""

    at = serializers.DateTimeField()
    who = serializers.CharField()
    action = serializers.CharField()
    title = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_null=True)


class LedgerSerializer(serializers.Serializer[Any]):
    """Verdict, checks, facts, raw tags, history, file."""

    claim = serializers.IntegerField()
    verdict = serializers.CharField()
    verdict_label = serializers.CharField()
    sentence = serializers.CharField()
    stands = serializers.BooleanField()
    judged_at = serializers.DateTimeField(allow_null=True)
    checks = LedgerCheckSerializer(many=True)
    other_facts = FactSerializer(many=True)
    witnesses = serializers.DictField(
        allow_null=True, help_text="File and capture fix side by side, metres between"
    )
    history = HappeningSerializer(many=True)
    file = serializers.DictField()


class LedgerView(APIView):
    """For those who may see originals and facts in the claim's village; 403 for others who see it, else 404."""

    @extend_schema(operation_id="photos_ledger_retrieve", responses=LedgerSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One claim's ledger: verdict → checks → facts → raw tags."""
        claim = ledger.claim_for(request.user, pk)
        return Response(ledger.of(claim, request.user).as_json())
