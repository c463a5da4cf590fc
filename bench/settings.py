"""The product's settings, with the doors of the measurements beside the product's own."""

from okta.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
