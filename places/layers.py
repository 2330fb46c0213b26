"""Layers of map files (GeoJSON, GeoPackage, Shapefile …) for imports, in WGS 84 whatever they were drawn in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio
import shapely
from pyproj import CRS

# What reading raises for a file that is not what it says; pyogrio's and pyproj's own errors are RuntimeErrors.
LAYER_ERRORS = (OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Layer:
    """A layer column by column; shapes: two-dimensional, lon lat in WGS 84, None for a layer without geometry.

    moved_from: the name of the reference system that the shapes were converted from, or an empty string.
    """

    names: list[str]
    columns: Sequence[Sequence[Any]]
    shapes: Sequence[Any] | None
    moved_from: str

    def __len__(self) -> int:
        return len(self.shapes) if self.shapes is not None else len(next(iter(self.columns), []))


def read_layer(path: Path, layer: str | None = None) -> Layer:
    """Read a layer (the file's first without a name). Raises one of LAYER_ERRORS."""
    meta, _fids, geometry, columns = pyogrio.raw.read(path, layer=layer, force_2d=True)
    names = [str(name) for name in meta["fields"]]
    if geometry is None:
        return Layer(names, columns, None, "")
    shapes, moved_from = _in_wgs84(shapely.from_wkb(geometry), meta["crs"])
    return Layer(names, columns, shapes, moved_from)


def _in_wgs84(shapes: Any, crs: str | None) -> tuple[Sequence[Any], str]:
    if crs is None or CRS.from_user_input(crs).to_epsg() == 4326:
        return shapes, ""
    from geopandas import GeoSeries  # pandas takes half a second to import, and web workers rarely need it

    return GeoSeries(shapes, crs=crs).to_crs(4326).to_numpy(), str(CRS.from_user_input(crs).name)
