# What matters: make demo, make test. Each does all of its own set-up.

.PHONY: demo demo-nginx demo-pyramid test test-stores test-all fidelity fuzz mutate mutate-policy soak security-table lint docs audit reproducible release test-wheel bench clean

PORT ?= 8080
PYTEST = .venv/bin/python -m pytest

demo: build/ready-demo
	exec .venv/bin/python tools/demo --port $(PORT)

demo-nginx: build/ready-demo
	tools/install-nginx
	exec .venv/bin/python tools/demo --nginx --port $(PORT)

# The other example; make demo-pyramid NGINX=--nginx has NGINX move the bytes.
demo-pyramid: build/ready-demo
	[ -z "$(NGINX)" ] || tools/install-nginx
	exec .venv/bin/python tools/demo pyramid $(NGINX) --port $(PORT)

test: build/ready-test
	tools/install-nginx || [ "$$CI" != true ]
	tools/install-chromium || [ "$$CI" != true ]
	[ "$$CI" != true ] || tools/install-azurite
	$(PYTEST)

# The stores alone, Azure's emulator among them, which takes npm half a minute to fetch.
test-stores: build/ready-test
	tools/install-nginx
	tools/install-azurite
	$(PYTEST) tests/stores

# Everything, also what is else sampled, with three versions of NGINX and in the server blocks that
# people have; or with those that are named: XACCEL_TEST_NGINX="/path/nginx /other/nginx" make test-all
test-all: export XACCEL_TEST_ALL = 1
test-all: build/ready-test build/ready-matrix
	tools/install-nginx || [ "$$CI" != true ]
	tools/install-chromium || [ "$$CI" != true ]
	[ "$$CI" != true ] || tools/install-azurite
	tools/install-apache || true
	XACCEL_TEST_NGINX="$${XACCEL_TEST_NGINX:-$$(tools/nginx-versions build/nginx)}" \
		$(PYTEST) -m "matrix or not matrix"

lint: build/ready-lint
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# Random requests, files and answers through both carriers: make fidelity N=10000
N ?= 1000
fidelity: build/ready-test
	FIDELITY_N=$(N) $(PYTEST) tests/fidelity/test_random.py

# Generated input by the hundred thousand; N=2 for twice as much, and for a minute of each reader.
fuzz: N = 1
fuzz: build/ready-test
	FUZZ=$(N) $(PYTEST) -s tests/fuzz
	FUZZ=$(N) $(PYTEST) tests/core
	-.venv/bin/python -m pip install --quiet atheris
	.venv/bin/python -m tests.fuzz.guided $$((30 * $(N)))

# Five hundred downloads at once, with faults among them, every byte checked: make soak MINUTES=10
MINUTES ?= 2
soak: build/ready-test
	tools/install-nginx
	.venv/bin/python -m tests.soak --minutes $(MINUTES)

# Every line of the generated configuration and of the tables weakened, one at a time; what no row sees
# is named. WITH=--all also hunts what is explained; WITH=--rows names the rows that see nothing.
mutate: build/ready-test
	tools/install-nginx
	.venv/bin/python -m tests.mutation $(WITH)

# The policy with one check removed at a time, and which tests notice.
mutate-policy: build/ready-test
	.venv/bin/python -m tests.security.without

# What is tried against the project, and how it ends: the table in docs/security.md.
security-table: build/ready-test
	$(PYTEST) -m "bypass or attack or fault" --security-table

# Into build/site, every link checked.
docs: build/ready-docs
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict
	@echo "Open build/site/index.html"

# Known vulnerabilities of what is installed; needs the network, and says so where there is none.
audit: build/ready-test build/ready-audit
	.venv/bin/python -m tools.audit

# Sdist and wheel, built twice in different circumstances: the same bytes, whose SHA-256 is printed.
reproducible: build/ready-release
	.venv/bin/python -m tools.reproduce

# All but the upload: make release VERSION=1.2.3
release: build/ready-release
	.venv/bin/python -m tools.release $(VERSION) $(TESTS)

# The wheel in empty environments, with the extras and without, on each Python that is found.
test-wheel: build/ready-release
	tools/install-nginx
	.venv/bin/python -m tools.wheel $(TESTS)

# Some minutes, on a quiet machine; writes docs/benchmarks.md and fails where a promise isn't kept.
bench: build/ready-test build/ready-bench
	tools/install-nginx && tools/install-wrk
	.venv/bin/python -m benchmarks

build/ready-%: pyproject.toml tools/set-up
	tools/set-up $*
	mkdir -p build && touch $@

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
