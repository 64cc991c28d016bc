"""Build steps that pyproject.toml cannot say: the optional Cython aligner, and files shipped from the top level."""

import shutil
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class build_with_shared_files(build_py):
    """Copies the manifest and the recipes, which live at the top level, into `ffvits/shipped/` of the wheel."""

    def run(self):
        super().run()
        if self.editable_mode:
            return  # an editable install reads them where they are
        target = Path(self.build_lib) / "ffvits" / "shipped"
        (target / "recipes").mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "pretrained_manifest.yaml", target)
        for recipe in (ROOT / "recipes").glob("*.yaml"):
            shutil.copy2(recipe, target / "recipes")


class build_vectorised(build_ext):
    """Builds the aligner for speed, and leaves no C file beside its source."""

    def initialize_options(self):
        super().initialize_options()
        self.cython_c_in_temp = True

    def build_extension(self, ext):
        # Some Pythons' own flags do not ask for vector code.
        ext.extra_compile_args = ["/O2"] if self.compiler.compiler_type == "msvc" else ["-O3"]
        super().build_extension(ext)


# Not through `cythonize`, which forgets `optional`: where no compiler is found, installing goes on with a warning, and
# `monotonic_align` falls back to numba or numpy.
aligner = Extension(
    "monotonic_align._core",
    ["monotonic_align/_core.pyx"],
    include_dirs=["monotonic_align"],
    depends=["monotonic_align/_core.h", "monotonic_align/_tile.h"],
    optional=True,
)

setup(cmdclass={"build_py": build_with_shared_files, "build_ext": build_vectorised}, ext_modules=[aligner])
