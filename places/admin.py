from django.contrib import admin

from places.models import Place


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin[Place]):
    """Names and kinds may be corrected by hand; points and boundaries come from `import_places`."""

    list_display = ["code", "title", "parent"]
    list_filter = ["level", "kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    fields = ["code", "level", "kind", "name", "parent"]
    readonly_fields = ["code", "level", "parent"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: Place | None = None) -> bool:
        return False
