"""People, groups, organizations and projects: the rules of writing them. One module a thing, verbs `create`, `update`, `delete`."""
