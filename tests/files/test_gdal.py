"""The reader process begins without what it does not use."""

import subprocess
import sys

BEGIN = """
import gis_service.files.readers.child, sys
from gis_service.files.readers.gdal import leave_out_frames
leave_out_frames()
import pyarrow
pyarrow.array([1])
print(*sorted({"pandas", "geopandas"} & set(sys.modules)))
"""


def test_the_reader_process_loads_no_frames() -> None:
    told = subprocess.run([sys.executable, "-c", BEGIN], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
