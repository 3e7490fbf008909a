"""`manage.py up`: starts, watches and stops everything the shop consists of on one machine.

It runs before Django does and imports nothing of it: the servers it starts are what Django needs.
PostgreSQL and Redis come as plain binaries inside two Python packages. Those packages' own helpers
are left alone, because they make user accounts and widen folder permissions; here the binaries are
foreground children like every other process, and none of them outlives the supervisor.
"""
