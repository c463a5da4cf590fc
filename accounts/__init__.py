"""
Clinics and the people in them: tenants, users, who cares for whom, and which features are on.

A tenant is a clinic; everything belongs to one, and a row of another clinic does not exist for you.
A doctor is *connected* to a patient while their care link is accepted and has not ended::

    invited ──accept──▶ connected ──end──▶ ended
"""
