"""What a build does besides copying files: mypyc compiles the modules that read syntax trees.

Reading is most of the time that a large repository takes. Without a C compiler the modules stay Python and say the
same, more slowly; with FIFTHWHY_COMPILE=require that is an error, and with FIFTHWHY_COMPILE=no it is not even tried.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_READING = "analyzers/reading"
_BESIDE = ("fixtures.py", "outlines.py", "said.py", "scopes.py", "seen.py", "shapes.py", "walk.py")
"""Of the modules there, those that are compiled; and all of the folder `quick`."""
_LIBRARY = "fifthwhy"
"""mypyc puts what modules share into a library of this name, and `__mypyc`, beside the packages."""

_ENDING = str(sysconfig.get_config_var("EXT_SUFFIX"))
_OPTIONS = ("--config-file=", "--ignore-missing-imports", "--explicit-package-bases")
"""An isolated build has none of the dependencies: types are checked by `make lint`."""


class CompiledReader(BuildHookInterface[Any]):
    """Compiles in place, for a wheel as for an editable installation."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files; `version` is what kind of wheel it is."""
        wanted = os.environ.get("FIFTHWHY_COMPILE", "")
        if wanted == "no":
            if version == "editable":
                self.clean([])
            return
        try:
            if not self._is_fresh():
                self.clean([])
                _compile(Path(self.root), self._sources())
        except (Exception, SystemExit) as error:  # whatever compilers and their tools may raise
            self.clean([])
            if wanted == "require":
                raise
            self.app.display_warning(f"The reader was not compiled, and will be slower: {error}")
            return
        if version == "editable":
            return  # what is imported is the source folder itself
        build_data["infer_tag"] = True
        build_data["pure_python"] = False
        build_data["force_include"] |= {str(path): path.relative_to(self.root).as_posix() for path in self._compiled()}

    def clean(self, versions: list[str]) -> None:
        """Remove what an earlier build has made."""
        del versions
        for folder in (self._reading, self._reading / "quick"):
            for path in (*folder.glob("*.so"), *folder.glob("*.pyd")):
                path.unlink()
        for path in Path(self.root).glob(f"{_LIBRARY}__mypyc.*"):
            path.unlink()

    @property
    def _reading(self) -> Path:
        return Path(self.root, _READING)

    def _sources(self) -> list[Path]:
        quick = (path for path in self._reading.glob("quick/*.py") if path.name != "__init__.py")
        return [*(self._reading / name for name in _BESIDE), *sorted(quick)]

    def _compiled(self) -> list[Path]:
        made = [path.with_suffix(_ENDING) for path in self._sources()]
        return [*made, Path(self.root, f"{_LIBRARY}__mypyc{_ENDING}")]

    def _is_fresh(self) -> bool:
        """Whether all was compiled already, for this Python, since it was changed."""
        made = self._compiled()
        if not all(path.exists() for path in made):
            return False
        oldest = min(path.stat().st_mtime for path in made)
        return oldest > max(path.stat().st_mtime for path in (Path(__file__), *self._sources()))


def _compile(root: Path, sources: list[Path]) -> None:
    from mypyc.build import mypycify
    from setuptools import Distribution

    before = Path.cwd()
    os.chdir(root)  # mypyc names modules by their path from here
    sys.path.insert(0, str(root))
    try:
        with tempfile.TemporaryDirectory() as folder:
            modules = mypycify(
                [*_OPTIONS, f"--cache-dir={folder}/cache", *(str(path.relative_to(root)) for path in sources)],
                opt_level="3",
                debug_level="0",
                target_dir=folder,
                group_name=_LIBRARY,
            )
            command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
            command.inplace = True
            command.build_temp = command.build_lib = folder
            command.ensure_finalized()
            command.run()
    finally:
        sys.path.remove(str(root))
        os.chdir(before)
