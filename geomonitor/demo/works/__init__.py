"""[pure] One module per kind of work: each draws its work at any progress from 0 to 100 %.

To add a kind: write `works/<kind>.py` with `draw(pen, scene, progress, rng, fixed)` and add its line below.
`rng` is the day's chance (who stands where), `fixed` the project's own (colours, sizes): same in every picture.
"""

import random
from collections.abc import Callable

from geomonitor.demo.pen import Pen
from geomonitor.demo.scenery import Scene
from geomonitor.demo.works import bridge, building, drain, house, lamp, retaining_wall, road, well

Draw = Callable[[Pen, Scene, int, random.Random, random.Random], None]

WORKS: dict[str, Draw] = {
    "road": road.draw,
    "paving": road.draw_paving,
    "drain": drain.draw,
    "irrigation": drain.draw_irrigation,
    "well": well.draw,
    "bridge": bridge.draw,
    "house": house.draw,
    "building": building.draw,
    "sanitation": building.draw_toilet,
    "lamp": lamp.draw,
    "retaining_wall": retaining_wall.draw,
}
