"""What a build does besides copying files: mypyc compiles the modules that read syntax trees.

Reading is most of the time that a large repository takes. Without a C compiler the modules stay Python and say the
same, more slowly; with FIFTHWHY_COMPILE=require that is an error, and with FIFTHWHY_COMPILE=no it is not even tried.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = (
    "analyzers/reading/scopes.py",
    "analyzers/reading/shapes.py",
    *(f"analyzers/reading/quick/{name}.py" for name in ("tags", "cursor", "noted", "annotations", "expressions")),
    "analyzers/reading/quick/statements.py",
    "analyzers/reading/quick/facts.py",
)
_LIBRARY = "fifthwhy"
"""mypyc puts what modules share into a library of this name, and `__mypyc`, beside the packages."""

_OPTIONS = ("--config-file=", "--ignore-missing-imports", "--explicit-package-bases")
"""An isolated build has none of the dependencies: types are checked by `make lint`."""


class CompiledReader(BuildHookInterface[Any]):
    """Compiles in place, for a wheel as for an editable installation."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        del version
        wanted = os.environ.get("FIFTHWHY_COMPILE", "")
        self.clean([])
        if wanted == "no":
            return
        try:
            _compile(Path(self.root))
        except (Exception, SystemExit) as error:  # whatever compilers and their tools may raise
            self.clean([])
            if wanted == "require":
                raise
            self.app.display_warning(f"The reader was not compiled, and will be slower: {error}")
            return
        build_data["infer_tag"] = True
        build_data["pure_python"] = False
        for path in self._compiled():
            name = path.relative_to(self.root).as_posix()
            build_data["force_include"][str(path)] = name

    def clean(self, versions: list[str]) -> None:
        """Remove what an earlier build has made."""
        del versions
        for path in self._compiled():
            path.unlink()

    def _compiled(self) -> list[Path]:
        root = Path(self.root)
        folders = {root / Path(name).parent for name in COMPILED}
        made = [path for folder in folders for ending in ("so", "pyd") for path in folder.glob(f"*.{ending}")]
        return [*made, *root.glob(f"{_LIBRARY}__mypyc.*")]


def _compile(root: Path) -> None:
    from mypyc.build import mypycify
    from setuptools import Distribution

    before = Path.cwd()
    os.chdir(root)  # mypyc names modules by their path from here
    sys.path.insert(0, str(root))
    try:
        with tempfile.TemporaryDirectory() as folder:
            modules = mypycify(
                [*_OPTIONS, f"--cache-dir={folder}/cache", *COMPILED],
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
