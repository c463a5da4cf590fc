.PHONY: up test check messages
up:
	./dev up
test:
	./dev test
check:
	./dev check
messages:
	.venv/bin/pybabel compile -l ru -i okta/locale/ru/LC_MESSAGES/django.po -o okta/locale/ru/LC_MESSAGES/django.mo
