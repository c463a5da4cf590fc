"""What a page may load, run, send and be put into, whatever somebody wrote into it; for ``okta.settings``."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

CONTENT_SECURITY_POLICY = {
    # The page that tries out the API brings a script of its own within it, and shows no patient's data by itself.
    "EXCLUDE_URL_PREFIXES": ("/v2/docs",),
    "DIRECTIVES": {
        "default-src": [NONE],
        # The theme's menus are written in Alpine, which reads what stands in attributes. No script stands in a page.
        "script-src": [SELF, UNSAFE_EVAL],
        # Charts, and the theme's measures, stand in attributes.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
