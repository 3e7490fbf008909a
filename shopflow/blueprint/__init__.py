"""docs/data-model.md and its picture, drawn from the models and the migrated database."""
