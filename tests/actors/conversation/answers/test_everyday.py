"""A hundred everyday sentences: how many the rules answer fitly with a model that says nothing but nonsense."""

from supervisor.persona.everyday import everyday, why_unfit
from tests.actors.conversation.answers.talk import Talk

WANTED = 60


def test_rules_alone_answer_most_of_a_hundred_everyday_sentences_fitly() -> None:
    sentences = everyday()
    unfit = {}
    for sentence in sentences:
        talk = Talk()
        for before in sentence.before:
            talk.say(before)
        answer = talk.say(sentence.say)
        if why := why_unfit(sentence, answer, "Gerald"):
            unfit[sentence.say] = f"{answer!r}: {why}"
    print(f"fit by rules alone: {len(sentences) - len(unfit)} of {len(sentences)}")
    print("\n".join(f"  {say} -> {why}" for say, why in unfit.items()))
    assert len(sentences) == 100
    assert len(sentences) - len(unfit) >= WANTED
