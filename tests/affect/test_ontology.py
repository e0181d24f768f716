"""The three-tiered ontology: its shape, its words, its links, and the way to RDF and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from affekt.affect.ontology import LINK_SORTS, primary_emotion, read_ontology
from affekt.affect.ontology.rdf import NAMESPACE, ontology_graph, parse_ontology, write_ontology
from affekt.affect.spaces import SPACES
from affekt.affect.terms import TERMS
from affekt.affect.words.lexicon import read_lexicon
from affekt.affect.words.vocabulary import place_word
from affekt.errors import ConversionError, InputError, MissingDependencyError, UnknownNameError

ONTOLOGY = read_ontology()
NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
# Parrott (2001), table of primary and secondary emotions.
SECONDARY = {
    "love": ["affection", "lust", "longing"],
    "joy": ["cheerfulness", "zest", "contentment", "pride", "optimism", "enthrallment", "relief"],
    "surprise": ["surprise"],
    "anger": ["irritation", "exasperation", "rage", "disgust", "envy", "torment"],
    "sadness": ["suffering", "sadness", "disappointment", "shame", "neglect", "sympathy"],
    "fear": ["horror", "nervousness"],
}


def test_the_tiers_are_parrotts():
    assert {node.name: [child.name for child in ONTOLOGY.children(node.id)] for node in ONTOLOGY.tier(1)} == SECONDARY
    assert [len(ONTOLOGY.tier(tier)) for tier in (1, 2, 3)] == [6, 25, 135]
    rage = {child.name for child in ONTOLOGY.children("anger/rage")}
    assert {"anger", "rage", "outrage", "fury", "wrath", "resentment", "scorn"} <= rage
    assert len(rage) == 15


def test_every_tertiary_node_has_exactly_one_primary_ancestor():
    seen = []
    for node in ONTOLOGY.tier(3):
        above = ONTOLOGY.nodes[str(node.parent)]
        top = ONTOLOGY.nodes[str(above.parent)]
        assert (above.tier, top.tier, top.parent) == (2, 1, None)
        assert node.primary == top.name
        seen.append(node.name)
    # A name stands once in the third tier, so no emotion is under two primaries.
    assert len(seen) == len(set(seen))


def test_every_node_has_a_word_of_wordnet_and_no_word_is_in_two_tertiary_nodes():
    lexicon = read_lexicon()
    words: dict[str, str] = {}
    for node in ONTOLOGY:
        assert node.vocabulary, node.id
        assert any(word in lexicon for word in node.vocabulary), node.id
    for node in ONTOLOGY.tier(3):
        for word in node.vocabulary:
            assert words.setdefault(word, node.id) == node.id, word
    assert len(words) > 1000


def test_the_words_of_a_node_reach_it():
    names = {node.name: node.id for node in ONTOLOGY.tier(3)}
    for node in ONTOLOGY.tier(3):
        for word in node.vocabulary[:5]:
            placed = place_word(word, names)
            assert word == "grouchy" or (placed is not None and names[placed.target] == node.id)


def test_the_links_are_of_three_sorts_between_nodes_and_cited():
    assert {link.sort for link in ONTOLOGY.links} == set(LINK_SORTS)
    for link in ONTOLOGY.links:
        assert link.source in ONTOLOGY.nodes
        assert all(target in ONTOLOGY.nodes for target in link.targets)
        assert link.source not in link.targets or link.sort == "is composed of"
        assert len(link.targets) == (2 if link.sort == "is composed of" else 1)
        assert link.citation
    opposites = {frozenset((link.source, *link.targets)) for link in ONTOLOGY.links if link.sort == LINK_SORTS[0]}
    assert frozenset(("joy", "sadness")) in opposites
    assert frozenset(("anger/rage/hate", "love")) in opposites
    assert len(opposites) == sum(link.sort == LINK_SORTS[0] for link in ONTOLOGY.links)
    dyads = {link.source.rpartition("/")[2] for link in ONTOLOGY.links if link.sort == LINK_SORTS[1]}
    assert dyads <= set(SPACES["plutchik-dyads"].labels)
    assert ("fear", "sadness") in [link.targets for link in ONTOLOGY.links_of("despair", "is composed of")]
    assert [link.source for link in ONTOLOGY.links_of("anger", "leads to")].count("anger/exasperation/frustration") == 1


def test_every_emotion_of_goemotions_has_a_primary_emotion():
    emotions = [label for label in SPACES["goemotions"] if label != "neutral"]
    assert len(emotions) == 27
    found = {label: primary_emotion(label) for label in emotions}
    assert set(found.values()) == set(SECONDARY)
    assert found["gratitude"] == "joy"
    assert found["disgust"] == "anger"
    assert found["nervousness"] == "fear"
    assert found["curiosity"] == "surprise"
    assert found["caring"] == "love"


def test_words_without_a_place_are_errors():
    for word in ("neutral", "table", ""):
        with pytest.raises(ConversionError, match="reaches no emotion"):
            primary_emotion(word)
    with pytest.raises(UnknownNameError, match="Did you mean 'affection'"):
        ONTOLOGY.node("afection")


@pytest.mark.parametrize("syntax", ["turtle", "xml"])
def test_what_is_written_comes_back(syntax, tmp_path: Path):
    path = tmp_path / "ontology"
    text = write_ontology(path, syntax=syntax, spaces=False)
    assert path.read_text(encoding="utf-8") == text
    back = parse_ontology(text, syntax=syntax)
    assert set(back.nodes) == set(ONTOLOGY.nodes)
    for node in ONTOLOGY:
        other = back.nodes[node.id]
        assert (other.name, other.tier, other.parent) == (node.name, node.tier, node.parent)
        assert set(other.vocabulary) == set(node.vocabulary)

    def plain(links):
        return sorted((link.sort, link.source, tuple(sorted(link.targets)), link.citation) for link in links)

    assert plain(back.links) == plain(ONTOLOGY.links)
    assert back.source == ONTOLOGY.source


def test_the_graph_holds_spaces_terms_and_a_sound_hierarchy():
    from rdflib import URIRef
    from rdflib.namespace import OWL, RDF, RDFS, SKOS

    graph = ontology_graph()
    assert len(list(graph.subjects(RDF.type, OWL.Class))) == len(ONTOLOGY)
    for node in ONTOLOGY.tier(3):
        iri = URIRef(f"{NAMESPACE}emotion/{node.id}")
        assert len(set(graph.transitive_objects(iri, RDFS.subClassOf)) - {iri}) == 2
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert {URIRef(f"{NAMESPACE}space/{name}") for name in SPACES} <= schemes
    for space in SPACES.values():
        labels = list(graph.subjects(SKOS.inScheme, URIRef(f"{NAMESPACE}space/{space.name}")))
        assert {str(graph.value(label, SKOS.prefLabel)) for label in labels} == set(space.labels)
        matches = [label for label in labels if (label, SKOS.exactMatch, None) in graph]
        assert bool(matches) == (space.kind not in NO_EMOTIONS and space.name != "c-expr")
    terms = set(graph.subjects(SKOS.inScheme, URIRef(f"{NAMESPACE}term")))
    assert len(terms) == len(TERMS)
    for label in graph.subjects(SKOS.exactMatch, None):
        for target in graph.objects(label, SKOS.exactMatch):
            assert (target, RDF.type, SKOS.Concept) in graph


def test_the_same_bytes_every_time_and_another_namespace():
    assert write_ontology(spaces=False) == write_ontology(spaces=False)
    text = write_ontology(spaces=False, namespace="http://example.org/e#")
    assert NAMESPACE not in text
    assert len(parse_ontology(text, namespace="http://example.org/e#")) == len(ONTOLOGY)
    with pytest.raises(InputError, match="namespace"):
        parse_ontology(text)


def test_bad_rdf_is_an_error():
    with pytest.raises(InputError, match="no RDF in turtle"):
        parse_ontology("this is < no turtle")
    with pytest.raises(InputError, match="no RDF in xml"):
        parse_ontology("<rdf:RDF>", syntax="xml")
    with pytest.raises(InputError, match="DOCTYPE"):
        parse_ontology('<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', syntax="xml")
    with pytest.raises(InputError, match="'turtle' or 'xml'"):
        write_ontology(syntax="n3")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ends in / or #"):
        ontology_graph(namespace="http://example.org")


def test_without_rdflib_the_install_line_is_given(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdflib", None)
    with pytest.raises(MissingDependencyError, match=r"affekt\[ontology\]"):
        write_ontology()


def test_the_ontology_loads_offline_without_rdflib():
    code = (
        "import sys, socket; socket.socket = None; from affekt.affect.ontology import read_ontology; "
        "assert len(read_ontology()) == 166; assert 'rdflib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
