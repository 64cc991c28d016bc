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
    """Asks the compiler for vector code, which some Pythons' own flags do not."""

    def build_extension(self, ext):
        ext.extra_compile_args = ["/O2"] if self.compiler.compiler_type == "msvc" else ["-O3"]
        super().build_extension(ext)


def aligner():
    """The Cython extension, or nothing where Cython is missing: `monotonic_align` then falls back to numba or numpy."""
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    extension = Extension(
        "monotonic_align._core",
        ["monotonic_align/_core.pyx"],
        depends=["monotonic_align/_core.h", "monotonic_align/_tile.h"],
        optional=True,  # a missing compiler is a warning
    )
    return cythonize([extension], language_level=3)


setup(cmdclass={"build_py": build_with_shared_files, "build_ext": build_vectorised}, ext_modules=aligner())
