"""The front page: what Geomonitor shows to anyone, in figures, and where to go next."""

from django.db.models import Avg, Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from places.models import Level, Place
from projects.models import Evidence, Project, WorkType


def home(request: HttpRequest) -> HttpResponse:
    """Published projects of the newest year in figures, and by kind of work."""
    seen = Project.objects.visible_to(request.user).building()
    year = seen.order_by("-fiscal_year").values_list("fiscal_year", flat=True).first()
    here = seen.filter(fiscal_year=year or 0)
    figures = here.aggregate(
        count=Count("pk"),
        money=Sum("planned"),
        mean=Avg("progress"),
        villages=Count("village", distinct=True),
        proven=Count("pk", filter=Q(evidence=Evidence.VERIFIED)),
        finished=Count("pk", filter=Q(progress=100)),
    )
    kinds = [
        {"kind": WorkType(row["work_type"]), "count": row["count"], "mean": row["mean"]}
        for row in here.values("work_type")
        .annotate(count=Count("pk"), mean=Avg("progress"))
        .order_by("-count")
    ]
    regency = Place.objects.filter(level=Level.REGENCY).first()
    return render(
        request,
        "geomonitor/home.html",
        {"year": year, "figures": figures, "kinds": kinds, "regency": regency},
    )
