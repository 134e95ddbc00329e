"""The edge to mail servers: what an organisation's mailbox brings in (IMAP), and what leaves from it (SMTP).

`parsing.py` makes of a mail what is kept of it, whatever its sender did to it; `reading.py` and `sending.py` talk to
the servers; `exchanging.py` is one round for one organisation, in which each letter has a transaction of its own.
"""
