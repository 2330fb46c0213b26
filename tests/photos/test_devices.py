"""Which camera took a picture, as far as its file tells."""

import pytest

from photos import devices
from photos.exif import Camera, Fact, Facts


def facts(make: str | None = "Canon", model: str | None = "EOS 80D", **tags: str) -> Facts:
    return Facts(
        facts=tuple(Fact("exif", name, value, value) for name, value in tags.items()),
        camera=Camera(make, model),
    )


@pytest.mark.parametrize(
    ("said", "uploader", "bound", "key"),
    [
        pytest.param(
            facts(BodySerialNumber=" 043021 0815 "),
            7,
            False,
            "serial:043021 0815|canon|eos 80d",
            id="a body's serial",
        ),
        pytest.param(facts(BodySerialNumber="0000000"), 7, False, "model:7|canon|eos 80d", id="zeros"),
        pytest.param(
            facts(BodySerialNumber="1234567890"), 7, False, "model:7|canon|eos 80d", id="a placeholder"
        ),
        pytest.param(facts(BodySerialNumber="none"), 7, False, "model:7|canon|eos 80d", id="none"),
        pytest.param(facts(BodySerialNumber="12"), 7, False, "model:7|canon|eos 80d", id="a counter"),
        pytest.param(
            facts(ImageUniqueID="F12LLKA00SM"), 7, False, "model:7|canon|eos 80d", id="a picture's id"
        ),
        pytest.param(facts("samsung", "SM-A546E"), 7, False, "model:7|samsung|sm-a546e", id="a phone"),
        pytest.param(facts("samsung", "SM-A546E"), 7, True, "user:7", id="the page's camera, bound"),
        pytest.param(
            facts(BodySerialNumber="0430210815"), 7, True, "serial:0430210815|canon|eos 80d", id="serial wins"
        ),
        pytest.param(facts(None, None), 7, False, "", id="nothing"),
        pytest.param(facts(), None, False, "", id="a model in nobody's hands"),
        pytest.param(facts("A\0B", "x\n\ty"), 7, False, "model:7|ab|xy", id="control signs"),
    ],
)
def test_it_names_the_camera(said: Facts, uploader: int | None, bound: bool, key: str):
    assert devices.key_of(said, uploader=uploader, bound=bound) == key


def test_a_key_fits_its_column():
    assert len(devices.key_of(facts("x" * 200, "y" * 200), uploader=7)) == devices.KEY_LIMIT


@pytest.mark.parametrize(
    ("key", "one"), [("serial:1|a|b", True), ("user:7", True), ("model:7|a|b", False), ("", False)]
)
def test_it_tells_one_device_from_a_kind(key: str, one: bool):
    assert devices.is_one_device(key) is one
