"""What the shop knows about a person: handed out when they ask, and erased when they ask.

Which columns are personal says `shopflow.access.rights`; what becomes of each one, `columns`.
"""
