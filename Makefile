# Two commands matter on a fresh machine: `make demo` and `make test`. Both make .venv themselves.
PYTHON ?= python3
BIN = .venv/bin
# torch's own index has CPU builds; where the version below is at hand as one, it is taken.
TORCH ?= torch==2.13.0

.PHONY: demo test test-all lint docs bench weights results clean

.venv/base: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/dev: .venv/base
	$(BIN)/pip install --quiet "$(TORCH)"
	$(BIN)/pip install --quiet --editable ".[all]" --group test --group recipes --group bench
	touch $@

# In a pipe the pictures come without colour.
PICTURE = if [ ! -t 1 ]; then export FORCE_COLOR=1 NO_COLOR=1; fi;

demo: .venv/base
	@echo; echo '$$ affekt analyze samples/review.txt'; $(PICTURE) $(BIN)/affekt analyze samples/review.txt
	@echo; echo '$$ affekt analyze samples/essay.txt --space ekman --explain'; \
		$(PICTURE) $(BIN)/affekt analyze samples/essay.txt --space ekman --explain
	@echo; echo '$$ affekt annotate samples/comments.csv --column text -o runs/demo/comments.csv'
	@mkdir -p runs/demo && $(BIN)/affekt annotate samples/comments.csv --column text -o runs/demo/comments.csv --overwrite
	@$(BIN)/python samples/show.py runs/demo/comments.csv
	@echo; echo '$$ affekt analyze "Well, we shall see about that." --raters'; \
		$(PICTURE) $(BIN)/affekt analyze "Well, we shall see about that." --raters
	@echo; echo '$$ affekt ratings summary samples/votes.csv --top 3'; \
		$(PICTURE) $(BIN)/affekt ratings summary samples/votes.csv --top 3

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/dev lint
	$(BIN)/pytest

test-all: .venv/dev lint
	AFFEKT_TEST_ALL=1 $(BIN)/pytest

docs: .venv/dev
	$(BIN)/python docs/generate.py

bench: .venv/dev
	$(BIN)/python bench/text.py
	$(BIN)/python bench/metrics.py
	$(BIN)/python bench/agreement.py
	$(BIN)/python bench/goemotions_raters.py
	$(BIN)/python bench/training.py
	$(BIN)/python bench/speech.py
	$(BIN)/python bench/speech_features.py
	$(BIN)/python bench/speech_activity.py

# The shipped weights, from the corpora in $$AFFEKT_DATA: about an hour and a half on two cores.
weights: .venv/dev
	$(BIN)/python recipes/text/run.py

# The published text methods; each goes on where it stopped. About three hours on two cores.
TEXT_METHODS = arabic_hybrid_loss armanemo brighter cheer_ekman crosslingual_llm_ensemble dens emo_pillars emollms \
	emoplmsynth emotion_definitions ethioemo_intensity french_emotion_modes goemotions kpoem leia mahaemotions \
	reasoning_infused redaffectivelm se_emotion_ptm semeval2025_task11 sent2affect zero_shot

results: .venv/dev
	$(BIN)/python recipes/text/evaluate.py
	$(BIN)/python recipes/text/behaviour.py
	$(BIN)/python recipes/text/evidence.py
	$(BIN)/python recipes/learned_maps/fit.py
	$(BIN)/python recipes/mixture/run.py
	$(BIN)/python recipes/raters/run.py
	$(BIN)/python recipes/appraisals/run.py
	$(BIN)/python recipes/text_corpora/run.py
	$(BIN)/python recipes/robustness/run.py
	$(BIN)/python recipes/text_multi/evaluate.py --split test
	$(BIN)/python recipes/grids/run.py
	$(BIN)/python recipes/shift/run.py
	$(BIN)/python recipes/few_labels/run.py
	$(BIN)/python recipes/open_vocabulary/run.py
	set -e; for recipe in $(TEXT_METHODS); do $(BIN)/python recipes/$$recipe/run.py; done
	$(BIN)/python docs/leakage.py
	$(BIN)/python docs/figures.py
	$(BIN)/python docs/text_methods.py

clean:
	rm -rf .venv runs .pytest_cache .mypy_cache .ruff_cache
