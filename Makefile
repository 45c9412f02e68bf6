# Every task has one name here, the same on a laptop and in CI.
PYTHON ?= python3
BIN := .venv/bin
SYNC := .venv/.synced
SYNC_PAGE := .venv/.synced-page
DENO := DENO_DIR=.venv/.deno DENO_NO_UPDATE_CHECK=1 $(BIN)/deno
EXTRAS := --extra local --extra postgres $(addprefix --extra ,$(shell cat extras.txt))
PROJECT = $(shell sed -n 's/^$(1) = "\(.*\)"$$/\1/p' app/project.py)

.DEFAULT_GOAL := help
.PHONY: help run serve dev test expected-time check static format lint types imports graphs test-slow test-model test-studio test-postgres test-kill test-hostile test-browser javascript screenshots bench-page test-init test-upgrade test-busy test-proof proof image image-test audit sbom bench diagrams pictures studio init upgrade clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'
	@echo "Times are for two quiet cores, after the first target has installed .venv."

run: $(SYNC)  ## Serve, show one request live, then the page (OPEN=1)
	@$(BIN)/fanjoin demo $(if $(OPEN),--open)

serve: $(SYNC)  ## Serve, without the demonstration
	@$(BIN)/fanjoin serve

dev: $(SYNC)  ## Serve, and reload graphs when their files change
	@$(BIN)/fanjoin dev

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

test-browser: $(SYNC_PAGE) javascript  ## Test the page in Chromium, and its JavaScript (3 minutes)
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium >/dev/null; }
	@command -v node >/dev/null || echo "node is not installed: the TypeScript client is tested in Deno alone"
	@$(BIN)/pytest -m browser

javascript: $(SYNC_PAGE)  ## Format, lint and types of the page's JavaScript (5 seconds)
	@$(DENO) fmt --quiet --check
	@$(DENO) lint --quiet
	@$(DENO) check --quiet app/api/web/page.js

screenshots: $(SYNC_PAGE)  ## Take the pictures of the page again (30 seconds)
	@$(BIN)/python -m tests.browser.screenshots

bench-page: $(SYNC_PAGE)  ## Measure the page against its limits (1 minute)
	@$(BIN)/python -m tests.browser.bench_page

test-init: $(SYNC)  ## Make a project of one's own, and check it (3 minutes)
	@$(BIN)/pytest -m init

test-upgrade: $(SYNC)  ## Make such projects, and merge a later version (15 minutes)
	@$(BIN)/pytest -m upgrade

TIMES ?= 1
test-busy: $(SYNC)  ## Run the suite on busy cores (5 minutes; TIMES=5)
	@$(BIN)/python -m tests.busy $(TIMES)

test-proof: $(SYNC)  ## Kill the service amid all it does (10 minutes)
	@$(BIN)/pytest -m proof

proof: TIMES = 5
proof: test-busy test-proof test-upgrade  ## Run what is too slow for every commit (50 minutes)

image:  ## Build the container image, with docker (2 minutes)
	docker build --file docker/Dockerfile --build-arg "TITLE=$(call PROJECT,TITLE)" \
		--build-arg VERSION=$(call PROJECT,VERSION) --build-arg REVISION=$$(git rev-parse HEAD) \
		--tag $(call PROJECT,NAME) .

image-test: $(SYNC)  ## Build the image and try it (2 minutes; first time 5)
	@$(BIN)/pytest -m image

audit: $(SYNC)  ## Look the pinned dependencies up (10 seconds)
	@$(BIN)/uv export --frozen --no-dev $(EXTRAS) --no-emit-project --quiet --output-file .venv/audited.txt
	@$(BIN)/python -m tests.audit .venv/audited.txt

sbom: $(SYNC)  ## Write sbom.json: what is installed (1 second)
	@$(BIN)/uv export --frozen --no-dev $(EXTRAS) --preview-features sbom-export --format cyclonedx1.5 --quiet --output-file sbom.json

bench: $(SYNC)  ## Measure the promises; ONLY="invoke", AGAINST=main
	@$(BIN)/python -m tests.benchmarks $(addprefix --only ,$(ONLY)) $(addprefix --against ,$(AGAINST))

diagrams: $(SYNC)  ## Draw the README's diagrams again (5 seconds)
	@$(BIN)/python -m tests.readme_diagrams

pictures: $(SYNC)  ## Draw the README's picture again, from a run (15 seconds)
	@$(BIN)/python -m tests.readme_picture

studio: $(SYNC)  ## Open the graphs in LangGraph Studio, with our model
	@LANGGRAPH_CLI_NO_ANALYTICS=1 $(BIN)/fanjoin model serve -- $(BIN)/langgraph dev

init: $(SYNC)  ## Make a project of your own: TO=../acme NAME="Acme"
	@$(BIN)/fanjoin init "$$TO" --name "$$NAME" $(if $(KEEP),--keep "$$KEEP")

upgrade: $(SYNC)  ## Merge a later version of Fanjoin (TO=v1.2)
	@$(BIN)/fanjoin upgrade $(if $(TO),"$$TO")

clean:  ## Remove what make made here
	rm -rf .venv .data .langgraph_api .hypothesis \
		sbom.json .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	! command -v buildah >/dev/null || \
		buildah images --quiet --filter 'reference=localhost/fanjoin-*' | xargs --no-run-if-empty buildah rmi --force

# The pip of Python 3.11 is too old for some wheels; uv installs exactly what uv.lock says.
$(SYNC): pyproject.toml uv.lock extras.txt
	@echo "Installing into .venv (once) …"
	@$(BIN)/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv==0.13.9
	@$(BIN)/uv sync --frozen $(EXTRAS) --quiet
	@touch $@

# Playwright, axe and deno, which no other target needs. Any other sync removes them again.
$(SYNC_PAGE): $(SYNC)
	@echo "Installing what tests the page (once) …"
	@$(BIN)/uv sync --frozen $(EXTRAS) --group browser --group deno --quiet
	@touch $@
