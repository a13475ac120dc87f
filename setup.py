"""Build the compiled twin of the vectorizer where that is possible; everything else is said in setup.cfg."""

import sys

from setuptools import Extension, setup

twin = Extension(
    "movieclassifier._hashing",
    ["movieclassifier/_hashing.pyx"],
    # A fused multiply-add rounds once where scikit-learn rounds twice.
    extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-ffp-contract=off"],
    optional=True,
)

# MurmurHash3 reads blocks in the byte order of the machine, and the twin knows only one.
setup(ext_modules=[twin] if sys.byteorder == "little" else [])
