# Thin over dev.py, which works without make: `python3 dev.py demo`.
PYTHON ?= python3
VERBS := demo down reset story test check pytest trust bench messages lock manage

.DEFAULT_GOAL := help
.PHONY: help $(VERBS)

help:
	@$(PYTHON) dev.py help

$(VERBS):
	@$(PYTHON) dev.py $@ $(ARGS)
