"""Static files under hashed names, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashes every file; modules are found through the import map, so their sources are not rewritten.

    manifest_strict is off: a template rendered before collectstatic (in tests) gets the plain name.
    """

    manifest_strict = False
