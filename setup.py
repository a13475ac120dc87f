"""Build the compiled twins where that is possible; everything else is said in setup.cfg."""

import sys
from glob import glob

from setuptools import Extension, setup

# A fused multiply-add rounds once where scikit-learn and numpy round twice. Debug symbols would make the files larger.
COMPILE = [] if sys.platform == "win32" else ["-O3", "-g0", "-ffp-contract=off"]
LINK = ["-Wl,--strip-all"] if sys.platform == "linux" else []

# Twins that include a file which is not named after them.
ROW_SUMS = ["movieclassifier/features/_row_sums.pxi"]
SHARED = {"features/_hashing": ROW_SUMS, "feedback/_moved_weights": ROW_SUMS}

twins = [
    Extension(
        f"movieclassifier.{name.replace('/', '.')}",
        [f"movieclassifier/{name}.pyx"],
        depends=sorted([*glob(f"movieclassifier/{name}_*.pxi"), *SHARED.get(name, [])]),
        extra_compile_args=COMPILE,
        extra_link_args=LINK,
        optional=True,
    )
    for name in (
        "corpora/readers/_csv_rows",
        "features/_hashing",
        "training/learners/_training",
        "feedback/_moved_weights",
        "training/learners/_slots",
        "training/learners/_soft_targets",
        "training/shards/_numbering",
        "training/teachers/_vectors",
    )
]

# MurmurHash3 reads blocks in the byte order of the machine, and the twin knows only one.
setup(ext_modules=twins if sys.byteorder == "little" else [])
