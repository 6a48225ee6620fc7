# SPDX-License-Identifier: MIT
# Short names for the verbs of build.sh, which does all the work. Arguments go in ARGS: make test ARGS=JsonTest
.DEFAULT_GOAL := compile
.PHONY: compile test run image bench h2spec simulate cost soak fuzz mutate lint docker oci clean help

compile test run image bench h2spec simulate cost soak fuzz mutate lint docker oci clean help:
	@./build.sh $@ $(ARGS)
