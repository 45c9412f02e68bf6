# Every task has one name here, the same on a laptop and in CI.
PYTHON ?= python3
BIN := .venv/bin
SYNC := .venv/.synced

.DEFAULT_GOAL := help
.PHONY: help run serve test expected-time check static format lint types imports graphs test-slow test-model test-studio test-postgres test-kill test-hostile test-browser test-busy test-proof proof image image-test audit sbom bench diagrams studio clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'
	@echo "Times are for two quiet cores, after the first target has installed .venv."

run: $(SYNC)  ## Serve on 127.0.0.1:8000 and show one topic_brief, live
	@$(BIN)/fanjoin demo

serve: $(SYNC)  ## Serve, without the demonstration
	@$(BIN)/fanjoin serve

test: expected-time $(SYNC)  ## Run the suite: no key, no running server (5 minutes)
	@$(BIN)/pytest -n auto

expected-time:
	@echo "Running the suite: under five minutes on two quiet cores …"

check: static test  ## Format, lint, types and the suite (5 minutes)

static: format lint types imports graphs  ## Format, lint, types, imports and graphs (30 seconds)

format: $(SYNC)
	@$(BIN)/ruff format --check .

lint: $(SYNC)
	@$(BIN)/ruff check .

types: $(SYNC)
	@$(BIN)/mypy

imports: $(SYNC)
	@$(BIN)/lint-imports

graphs: $(SYNC)
	@$(BIN)/fanjoin lint --strict

test-slow: $(SYNC)  ## Test whole processes and made-up requests (3 minutes)
	@$(BIN)/pytest -n auto -m "slow and not postgres"

test-model: $(SYNC)  ## Test with the embedded model (12 minutes, 1.1 GB)
	@$(BIN)/pytest -m real_model

test-studio: $(SYNC)  ## Test under `langgraph dev` (2 minutes)
	@$(BIN)/pytest -m studio

test-postgres: $(SYNC)  ## Test the storage on PostgreSQL (2 minutes)
	@$(BIN)/pytest -n auto -m "postgres and not kill and not proof"

test-kill: $(SYNC)  ## Kill the service with -9 amid runs (3 minutes)
	@$(BIN)/pytest -m kill

test-hostile: $(SYNC)  ## Try hostile clients on the service (2 minutes)
	@$(BIN)/pytest -m hostile

test-browser: $(SYNC)  ## Test what is looked at, in Chromium (1 minute)
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium >/dev/null; }
	@$(BIN)/pytest -m browser

TIMES ?= 1
test-busy: $(SYNC)  ## Run the suite on busy cores (5 minutes; TIMES=5)
	@$(BIN)/python -m tests.busy $(TIMES)

test-proof: $(SYNC)  ## Kill the service amid all it does (10 minutes)
	@$(BIN)/pytest -m proof

proof: TIMES = 5
proof: test-busy test-proof  ## Run what is too slow for every commit (35 minutes)

image:  ## Build the container image, with docker (2 minutes)
	docker build --file docker/Dockerfile --build-arg REVISION=$$(git rev-parse HEAD) --tag fanjoin .

image-test: $(SYNC)  ## Build the image and try it (2 minutes; first time 5)
	@$(BIN)/pytest -m image

audit: $(SYNC)  ## Look the pinned dependencies up (10 seconds)
	@$(BIN)/uv export --frozen --no-dev --all-extras --no-emit-project --quiet --output-file .venv/audited.txt
	@$(BIN)/python -m tests.audit .venv/audited.txt

sbom: $(SYNC)  ## Write sbom.json: what is installed (1 second)
	@$(BIN)/uv export --frozen --no-dev --all-extras --preview-features sbom-export --format cyclonedx1.5 --quiet --output-file sbom.json

bench: $(SYNC)  ## Measure the promises; ONLY="invoke", AGAINST=main
	@$(BIN)/python -m tests.benchmarks $(addprefix --only ,$(ONLY)) $(addprefix --against ,$(AGAINST))

diagrams: $(SYNC)  ## Draw the README's diagrams again (5 seconds)
	@$(BIN)/python -m tests.readme_diagrams

studio: $(SYNC)  ## Open the graphs in LangGraph Studio, with our model
	@LANGGRAPH_CLI_NO_ANALYTICS=1 $(BIN)/fanjoin model serve -- $(BIN)/langgraph dev

clean:  ## Remove what make made here
	rm -rf .venv .data .langgraph_api .hypothesis \
		sbom.json .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	! command -v buildah >/dev/null || \
		buildah images --quiet --filter 'reference=localhost/fanjoin-*' | xargs --no-run-if-empty buildah rmi --force

# The pip of Python 3.11 is too old for some wheels; uv installs exactly what uv.lock says.
$(SYNC): pyproject.toml uv.lock
	@echo "Installing into .venv (once) …"
	@$(BIN)/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv==0.13.9
	@$(BIN)/uv sync --frozen --all-extras --quiet
	@touch $@
