"""Ask for a sign of life from a worker, again and again; the process ends once one has answered."""

from okta.celery import app


def main() -> None:
    while not app.control.ping(timeout=1.0):
        pass


if __name__ == "__main__":
    main()
