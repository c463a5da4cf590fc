"""
The mobile client's own interface: ``/rest/v1/<table>`` to four tables, in the dialect of PostgREST.

Only what the client asks for exists here; everything else is refused in words. A key opens the rows
of its clinic; rows of another do not exist.
"""
