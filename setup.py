"""Build steps that pyproject.toml cannot say: the optional Cython aligner, and files shipped from the top level."""

import shutil
from pathlib import Path

from setuptools import Extension, setup
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


def aligner():
    """The Cython extension, or nothing where Cython is missing: `monotonic_align` then falls back to torch."""
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    extension = Extension("monotonic_align._core", ["monotonic_align/_core.pyx"], optional=True)
    return cythonize([extension], language_level=3)


setup(cmdclass={"build_py": build_with_shared_files}, ext_modules=aligner())
