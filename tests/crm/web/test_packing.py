"""What browsers are sent packed is what stands in the file."""

import gzip
from pathlib import Path

from whitenoise.compress import brotli

from crm.web.packing import PackedStaticFiles


def test_a_file_is_packed_for_old_and_new_browsers(tmp_path: Path) -> None:
    style = tmp_path / "app.css"
    style.write_text(".row { margin: 0 }\n" * 500)

    packed = PackedStaticFiles().create_compressor(quiet=True).compress(str(style))

    assert packed == [f"{style}.br", f"{style}.gz"]
    said = style.read_bytes()
    assert brotli.decompress(Path(packed[0]).read_bytes()) == said
    assert gzip.decompress(Path(packed[1]).read_bytes()) == said
    assert Path(packed[0]).stat().st_size < len(said) / 10
