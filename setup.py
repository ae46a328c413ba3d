"""Puts the course's files into the wheel, as one archive; all else is in pyproject.toml.

The archive is data, not a part of a package: no import finds it, and graded code cannot see it.
"""

import sys
from pathlib import Path

from setuptools import setup  # it brings distutils, which newer versions of Python lack

from distutils.command.install_data import install_data  # isort: skip

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from autograder.course.shipped import ARCHIVE, pack  # noqa: E402


class InstallCourse(install_data):
    """Writes the archive in place of copying files; a clone in use has its own files."""

    def run(self) -> None:
        if self.distribution.get_command_obj("editable_wheel", create=False) is None:
            archive = Path(self.install_dir, ARCHIVE)
            archive.parent.mkdir(parents=True, exist_ok=True)
            archive.write_bytes(pack(ROOT))
            self.outfiles.append(str(archive))


setup(data_files=[(str(Path(ARCHIVE).parent), [])], cmdclass={"install_data": InstallCourse})
