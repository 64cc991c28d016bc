# Two commands on a fresh machine with nothing but Python 3.10 or newer:
#   make demo    sets everything up, makes a voice of examples/raw_clips and lets it speak
#   make test    sets everything up and passes the tests

PYTHON ?= python3
VENV ?= .venv
# The tests run in so many processes, each of which computes in one thread: the work is the same, and two cores share it.
PROCESSES ?= 2
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/ready
# Where it is set, each of the programs that the tests start would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint clean

demo: $(READY)
	$(BIN)/python -m ffvits.auto --recipe recipes/demo.yaml
	$(BIN)/python -m ffvits say "大家好，我是新的声音。今天是2024年5月1日。" --voice runs/demo --out runs/demo/hello.wav

test: export OMP_NUM_THREADS := 1
test: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

# One environment for both; it is made again when the dependencies or the aligner's source change. Python compiles what
# it imports; compiling all that is installed beforehand takes a minute.
$(READY): pyproject.toml setup.py $(wildcard monotonic_align/*.pyx monotonic_align/*.h)
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10) and 'ffvits needs Python 3.10 or newer')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --upgrade pip
	$(BIN)/python -m pip install --no-compile -e ".[dev]" || $(PYTHON) -c "import sys; sys.exit('If a package has nothing for this Python yet, take an older one: make clean, then make demo PYTHON=python3.14')"
	$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('$(VENV)', 'build', 'runs/demo')]"
