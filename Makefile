# `make` sets everything up and trains; `make test` sets everything up and runs the tests; `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
# A path may have blanks, and some shells leave the ~ to make.
ASKED = $(patsubst ~/%,$(HOME)/%,$(PYTHON))
# The Python of the environment, once there is one.
ANY_PYTHON = $(or $(wildcard $(BIN)/python),$(ASKED))
IS_NEW := import sys; print("new" if sys.version_info >= (3, 11) else sys.version.split()[0])
FOUND = $(shell { "$(ANY_PYTHON)" -c '$(IS_NEW)'; } 2>/dev/null)
NEWER = $(shell for p in python3.14 python3.13 python3.12 python3.11; do $$p -c "" 2>/dev/null && echo $$p && break; done)
TRY = $(if $(wildcard .venv),make clean; )make PYTHON=$(or $(NEWER),python3.12)
SET_UP = $(if $(filter new,$(FOUND)),,$(error Python 3.11 or newer is needed, \
	and $(ANY_PYTHON) is $(or $(FOUND),missing). Try: $(TRY) ))"$(ANY_PYTHON)" bin/set_up.py
# An environment keeps the Python that it was made with; it is no silent stand-in for one that was asked for.
ifeq ($(origin PYTHON)$(wildcard $(BIN)/python)$(filter clean help,$(MAKECMDGOALS)),command line$(BIN)/python)
VERSION := import sys; print("%d.%d" % sys.version_info[:2])
VERSIONS := $(shell for p in $(BIN)/python "$(ASKED)"; do "$$p" -c '$(VERSION)' || true; done 2>/dev/null)
ifneq ($(word 1,$(VERSIONS)),$(word 2,$(VERSIONS)))
$(error .venv has Python $(word 1,$(VERSIONS)), and $(PYTHON) is $(or $(word 2,$(VERSIONS)),missing). \
	Try: make clean; make PYTHON=$(if $(word 2,$(PYTHON)),"$(PYTHON)",$(PYTHON)) )
endif
endif
# Everything but help writes into these folders; a checkout of somebody else's is refused before the first step.
ifeq ($(filter help,$(MAKECMDGOALS)),)
LOCKED := $(shell for f in . ./.venv; do [ -w $$f ] || [ ! -e $$f ] || { echo "$$PWD$${f#.}"; break; }; done)
ifneq ($(LOCKED),)
$(error $(LOCKED) cannot be written by $(or $(shell id -un),this user). \
	Try: make as its owner, or in a clone of your own)
endif
endif
# Processes that share the tests among them.
WORKERS ?= 2
BENCH := build/bench/venv
CLUSTER := build/cluster/venv
RELEASE := build/release/venv
SOURCES := setup.cfg setup.py pyproject.toml $(shell find movieclassifier -name '*.p[xy][dix]')

CSV := data/movie_data.csv
TRAIN_HALF := data/movie_train.csv
TEST_HALF := data/movie_test.csv
UNSUP := data/aclImdb/train/unsup
DEV_EXTRAS := build web postgresql zstd report mlflow live dask dev
MODEL := pkl_objects/classifier.npz
SAMPLE := movieclassifier/bundled/sample_reviews.csv
BUNDLED := movieclassifier/bundled/imdb.npz

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all install corpus train test test-quick lint check format lock bench bench-cluster docs dist bundled-model sanitize clean help

all: install ## set up, download the corpus, build the CSV, train, evaluate, and say what to try next; some minutes
	@status=0; [ -f $(CSV) ] || $(BIN)/python download_data.py || status=$$?; \
	if [ $$status -eq 0 ]; then \
	    { [ -f $(CSV) ] || $(BIN)/python build_csv.py; } && $(MAKE) --no-print-directory train; \
	elif [ $$status -eq 3 ]; then \
	    [ -f $(MODEL) ] || echo "Training on the 400 sample reviews that ship with the package instead."; \
	    [ -f $(MODEL) ] || $(BIN)/python train_online.py $(SAMPLE) --format csv --n-holdout 80; \
	else exit $$status; fi
	@echo; $(BIN)/movieclassifier info --model pkl_objects; echo
	@echo 'Next: $(BIN)/movieclassifier predict "What a waste of time :("'

install: .venv/installed ## make .venv with the exact versions of requirements.txt

corpus: install ## download aclImdb and write data/movie_data.csv
	@[ -f $(CSV) ] || { $(BIN)/python download_data.py && $(BIN)/python build_csv.py; }

train: $(MODEL) ## train on data/movie_data.csv where the model is missing or older

$(MODEL): $(CSV)
	$(BIN)/python train_online.py $(CSV)

$(CSV):
	@$(MAKE) --no-print-directory corpus || { status=$$?; \
	    echo "Where $@ cannot be downloaded, 'make' alone trains on the sample reviews instead." >&2; exit $$status; }

test: .venv/installed-dev ## set up and run the tests, some ten minutes; PYTEST="--cov" adds their coverage
	@echo "All tests take about ten minutes on two cores that do nothing else; make test-quick takes two."
	$(BIN)/python -m pytest --numprocesses $(WORKERS) $(PYTEST)

test-quick: .venv/installed-dev ## run the tests that need no database server, browser, real corpus or long training
	@echo "These tests take about two minutes on two cores that do nothing else."
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m "not slow" $(PYTEST)

lint: .venv/installed-dev ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint ## what a commit must pass: ruff, mypy, and the tests with a coverage of 95%
	$(MAKE) --no-print-directory test PYTEST=--cov

format: .venv/installed-dev ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The lock files hold for every platform and Python from 3.11; hashes keep an index from serving anything else.
UV := $(BIN)/uv pip compile setup.cfg --universal --python-version 3.11 --generate-hashes --quiet \
	--custom-compile-command "make lock"

# The lock of a part is made within the pins of requirements-dev.txt, so that all can stand in one environment.
# That of bench-cluster cannot: botocore needs an older python-dateutil.
lock: .venv/installed-dev ## renew the lock files after a change of setup.cfg; UPGRADE=--upgrade takes new releases, too
	$(UV) $(UPGRADE) $(addprefix --extra ,$(DEV_EXTRAS)) --output-file requirements-dev.txt
	$(UV) $(addprefix --extra ,build web postgresql) --constraints requirements-dev.txt --output-file requirements.txt
	$(UV) $(UPGRADE) --extra docs --constraints requirements-dev.txt --output-file requirements-docs.txt
	$(UV) $(UPGRADE) --extra neural --constraints requirements-dev.txt --output-file requirements-neural.txt
	$(UV) $(UPGRADE) $(addprefix --extra ,build dask bench-cluster) --constraints requirements.txt --output-file requirements-cluster.txt
	$(UV) $(UPGRADE) --extra build --extra release --constraints requirements-dev.txt --output-file requirements-release.txt

# The tests of each compiled twin.
SANITIZED := tests/features/test_hashing.py tests/test_vectorizer.py tests/corpora/readers/test_csv_blocks.py \
	tests/training/learners tests/training/teachers/test_vectors.py tests/training/teachers/test_folding_in.py \
	tests/training/teachers/test_embedding.py \
	tests/feedback/test_learner.py tests/feedback/test_moved_weights.py

# PYTHONMALLOC: CPython's own allocator would hide reads beyond the end of a str.
sanitize: .venv/installed-dev ## run the tests of the compiled twins under AddressSanitizer and UBSan
	CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -g" \
	    $(BIN)/python setup.py --quiet build --force --build-lib build/sanitized --build-temp build/sanitized-objects
	LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
	    $(BIN)/pytest -o "pythonpath=build/sanitized ." $(SANITIZED)

$(TRAIN_HALF): | corpus
	$(BIN)/python build_csv.py --split

# One call writes both halves; this one is for a test half that was lost.
$(TEST_HALF): $(TRAIN_HALF)
	[ -f $@ ] || $(BIN)/python build_csv.py --split
	@touch $@

$(UNSUP): | install
	$(BIN)/python download_data.py --unsup

bundled-model: install $(TEST_HALF) $(UNSUP) ## distil the small model that ships with the package
	$(BIN)/movieclassifier distill $(TRAIN_HALF) --unlabelled $(UNSUP) --test $(TEST_HALF) --n-holdout 500 \
	    --n-features 2**23 --keep 173000 --round --model build/bundled
	cp build/bundled/classifier.npz $(BUNDLED).new
	mv $(BUNDLED).new $(BUNDLED)

bench: corpus $(BENCH)/installed ## measure against the book, Vowpal Wabbit and fastText, for the documentation; FLAGS="--runs 7"
	$(BENCH)/bin/python benchmarks/bench.py $(FLAGS)

bench-cluster: $(TEST_HALF) $(CLUSTER)/installed ## measure training by shards on processes, on Dask, and beside dask-ml; FLAGS="--copies 8"
	$(CLUSTER)/bin/python benchmarks/shards.py $(or $(FLAGS),--copies 8)

# Warnings are errors. The pages of the Python names are written anew, for a name may have gone.
docs: .venv/installed-docs ## build the documentation in build/docs, half a minute; its tools are set up first
	@echo "Building takes half a minute on a core that does nothing else."
	@rm -rf docs/reference/python
	$(BIN)/python -m sphinx -W --keep-going -n -q -j auto -d build/doctrees docs build/docs
	@echo "The documentation is in build/docs/index.html."

dist: $(RELEASE)/installed ## build the source archive and the wheel of this platform in dist/, and check both
	rm -rf dist build/lib* build/temp* build/wheels
	$(RELEASE)/bin/python -m build --no-isolation --outdir build/wheels
	mkdir dist
	mv build/wheels/*.tar.gz dist
	if [ -x $(RELEASE)/bin/auditwheel ]; then \
	    PATH="$$PWD/$(RELEASE)/bin:$$PATH" $(RELEASE)/bin/python -m auditwheel repair --wheel-dir dist build/wheels/*.whl; \
	else mv build/wheels/*.whl dist; fi
	$(RELEASE)/bin/python -m twine check --strict dist/*
	$(RELEASE)/bin/check-wheel-contents dist
	@ls -l dist

$(RELEASE)/installed: requirements-release.txt
	@$(SET_UP) --into $(RELEASE) requirements-release.txt
	@touch $@

# An environment of its own, as a user has it: scikit-learn imports pandas where it is installed, a third of a second.
$(BENCH)/installed: requirements.txt $(SOURCES)
	rm -rf $(BENCH)
	@$(SET_UP) --into $(BENCH) --project requirements.txt
	for package in vowpalwabbit fasttext-wheel 'backports.zstd; python_version < "3.14"'; do \
	    $(BENCH)/bin/python -m pip --quiet install "$$package" || echo "$$package cannot be installed."; done
	@touch $@

$(CLUSTER)/installed: requirements-cluster.txt $(SOURCES)
	@$(SET_UP) --into $(CLUSTER) --project requirements-cluster.txt
	@touch $@

clean: ## remove what was set up and built; data/ and pkl_objects/ stay
	rm -rf .venv build dist *.egg-info node_modules
	find movieclassifier \( -name '*.c' -o -name '*.so' \) -delete
	rm -rf .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: requirements.txt $(SOURCES)
	@$(SET_UP) --project requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(SET_UP) requirements-dev.txt
	@touch $@

.venv/installed-docs: requirements-docs.txt .venv/installed
	@$(SET_UP) requirements-docs.txt
	@touch $@
