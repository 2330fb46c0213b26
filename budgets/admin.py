"""Budgets in the admin: the list of fund sources may be kept by hand, money is only shown."""

from django.contrib import admin

from accounts.admin import Recorded
from budgets.models import BudgetLine, BudgetVersion, FundSource, Realisation
from projects.admin import ReadOnly, ReadOnlyInline


class LineInline(ReadOnlyInline):
    model = BudgetLine
    fields = ["project", "site", "source", "account", "amount"]


@admin.register(BudgetVersion)
class BudgetVersionAdmin(ReadOnly):
    list_display = ["village", "fiscal_year", "kind", "number", "date"]
    list_filter = ["fiscal_year", "kind"]
    list_select_related = ["village"]
    search_fields = ["village__name", "number"]
    inlines = [LineInline]


@admin.register(Realisation)
class RealisationAdmin(ReadOnly):
    list_display = ["project", "date", "amount", "source", "document"]
    list_select_related = ["project", "source"]
    search_fields = ["project__code", "project__title", "document"]


@admin.register(FundSource)
class FundSourceAdmin(Recorded, admin.ModelAdmin[FundSource]):
    list_display = ["code", "short", "name", "level", "order"]
