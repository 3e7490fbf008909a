"""What staff teach the search, and what it tells them."""

from uuid import UUID

from catalog.errors import InvalidSynonym, SynonymNotFound
from catalog.models import SearchLog, Synonym
from catalog.models.words import plain_words
from shopflow.lib.transactions import command

LONGEST_QUESTION = 200


@command
def save_synonym(
    *, word: str, synonym: str, language: str = "en", synonym_id: UUID | None = None
) -> Synonym:
    """Let whoever looks for `word` find `synonym` too; not the other way round.

    Both may be a few words. Raises InvalidSynonym, and SynonymNotFound for an id that is gone.
    Safe to repeat.
    """
    said, meant = plain_words(word), plain_words(synonym)
    if not said or not meant:
        raise InvalidSynonym("A synonym needs letters or digits on both sides.")
    if said == meant:
        raise InvalidSynonym("This is the same word twice. Please enter a different one.")
    row = _synonym(synonym_id) if synonym_id else None
    if row is None:
        twin = Synonym.objects.filter(language=language, word=said, synonym=meant).first()
        if twin is not None:
            return twin
        row = Synonym()
    row.language, row.word, row.synonym = language, said, meant
    row.save()
    return row


@command
def delete_synonym(*, synonym_id: UUID) -> None:
    """Forget a synonym. Safe to repeat."""
    Synonym.objects.filter(pk=synonym_id).delete()


@command
def log_search(*, question: str, language: str, result_count: int) -> None:
    """Write down that somebody looked for something, and how much there was. Nobody is named.

    Safe to repeat: it is counted twice then.
    """
    text = " ".join(question.split())[:LONGEST_QUESTION]
    if text:
        SearchLog.objects.create(query=text, language=language, result_count=result_count)


def _synonym(synonym_id: UUID) -> Synonym:
    row = Synonym.objects.select_for_update(no_key=True).filter(pk=synonym_id).first()
    if row is None:
        raise SynonymNotFound
    return row
