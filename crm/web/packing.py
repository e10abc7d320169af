"""Static files packed ahead for browsers."""

from whitenoise import compress
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Packer(compress.Compressor):  # type: ignore[misc]  # whitenoise is untyped
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """A tenth larger than with the highest grade, and six times as quick: all is packed anew
        on the first start after any of it changed, while somebody waits."""
        packed: bytes = compress.brotli.compress(data, quality=9)
        return packed


class PackedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # as above
    def create_compressor(self, **options: object) -> Packer:
        return Packer(**options)
