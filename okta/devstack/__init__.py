"""
What `./dev` starts: everything the product needs to run on one bare machine.

For development, demonstrations and tests only; production is described in docker-compose.yml.

    postgres.py valkey.py    the two servers, from wheels, each under its own directory
    server.py processes.py   how a server is started, stopped, broken and never left behind
    fake_provider.py         a push provider that listens on loopback and fails on command
    supervisor.py            the whole stack, kept alive; `once.py` shows each story in it
    pytest_servers.py        throw-away servers for a test run

Nothing here imports Django: settings are read by the children, from their environment.
"""
