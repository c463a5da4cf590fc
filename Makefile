.PHONY: up test check
up:
	./dev up
test:
	./dev test
check:
	./dev check
