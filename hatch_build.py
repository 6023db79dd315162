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

COMPILED = (
    "analyzers/reading/said.py",
    "analyzers/reading/scopes.py",
    "analyzers/reading/shapes.py",
    *(f"analyzers/reading/quick/{name}.py" for name in ("tags", "cursor", "noted", "annotations", "expressions")),
    "analyzers/reading/quick/statements.py",
    "analyzers/reading/quick/facts.py",
)
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
                _compile(Path(self.root))
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
        for path in self._compiled("*"):
            path.unlink()

    def _is_fresh(self) -> bool:
        """Whether all was compiled already, for this Python, since it was changed."""
        made = [path.stat().st_mtime for path in self._compiled()]
        sources = [Path(__file__), *(Path(self.root, name) for name in COMPILED)]
        return len(made) == len(COMPILED) + 1 and min(made) > max(path.stat().st_mtime for path in sources)

    def _compiled(self, ending: str = _ENDING) -> list[Path]:
        modules = [Path(self.root, name).with_suffix("") for name in (*COMPILED, f"{_LIBRARY}__mypyc.py")]
        found = [path for module in modules for path in module.parent.glob(f"{module.name}.{ending.lstrip('.')}")]
        return [path for path in found if path.suffix in {".so", ".pyd"}]


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
