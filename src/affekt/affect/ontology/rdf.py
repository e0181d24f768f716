"""The ontology, the terms and the label spaces as RDF: OWL classes and SKOS concepts, and back.

Names are in `NAMESPACE` (another may be asked for); it names things and is not a web address to fetch.

- ``<namespace>emotion/joy/zest/thrill``: a node of the tree, an ``owl:Class`` under its parent
  (``rdfs:subClassOf``) and a ``skos:Concept`` (``skos:broader``) whose words are ``skos:altLabel``.
- ``<namespace>isOppositeOf`` (symmetric), ``isComposedOf``, ``leadsTo``: the links between nodes, each also an
  ``owl:Axiom`` that says who says so (``dcterms:source``).
- ``<namespace>term/joy``: a term, with its definition. Its places in Ekman's and Plutchik's spaces and
  among the signs are ``skos:broadMatch``, or ``skos:exactMatch`` where the label is the term itself.
- ``<namespace>space/goemotions``: a label space, a ``skos:ConceptScheme``; ``…#joy`` a label of it. A label
  is ``skos:exactMatch`` to its term, ``skos:relatedMatch`` to each of several.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote
from xml.sax import SAXException

from affekt.affect.ontology import LINK_SORTS, EmotionLink, LinkSort, Ontology, OntologyNode, read_ontology
from affekt.affect.spaces import SPACES
from affekt.affect.terms import TERMS, definition_of, terms_of
from affekt.errors import InputError, MissingDependencyError

if TYPE_CHECKING:
    from rdflib import Graph

Syntax = Literal["turtle", "xml"]
NAMESPACE = "https://w3id.org/affekt/"
_PROPERTIES: Mapping[LinkSort, str] = MappingProxyType(
    {"is opposite of": "isOppositeOf", "is composed of": "isComposedOf", "leads to": "leadsTo"}
)
_EMOTIONS = ("exclusive", "multi-label", "ordinal", "open")
_FRAMES = ("ekman", "plutchik", "sentiment")


def ontology_graph(*, namespace: str = NAMESPACE, spaces: bool = True) -> Graph:
    """Return the ontology as an rdflib graph; with `spaces`, the terms and all label spaces too.

    Raises `MissingDependencyError` without rdflib, and `InputError` for a namespace that does not end in / or #.
    """
    rdflib = _rdflib()
    if not namespace.endswith(("/", "#")):
        raise InputError(f"A namespace ends in / or #, got {namespace!r}.")
    graph: Graph = rdflib.Graph()
    writer = _Writer(graph, namespace)
    writer.tree(read_ontology())
    if spaces:
        writer.terms()
        writer.label_spaces()
    return graph


def write_ontology(
    path: Path | None = None, *, syntax: Syntax = "turtle", namespace: str = NAMESPACE, spaces: bool = True
) -> str:
    """Return `ontology_graph` as Turtle or RDF/XML text, and write it to `path` if one is given.

    Raises as `ontology_graph` does, and `InputError` for another syntax.

    >>> "isComposedOf" in write_ontology(spaces=False)
    True
    """
    if syntax not in ("turtle", "xml"):
        raise InputError(f"syntax must be 'turtle' or 'xml', got {syntax!r}.")
    text: str = ontology_graph(namespace=namespace, spaces=spaces).serialize(format=syntax)
    if path is not None:
        path.write_text(text, encoding="utf-8")
    return text


def parse_ontology(text: str, *, syntax: Syntax = "turtle", namespace: str = NAMESPACE) -> Ontology:
    """Return the ontology that `write_ontology` wrote: its nodes, their words and the links between them.

    Words and links come back in alphabetical order, nodes from the top. Only the text is read; nothing is
    fetched. Raises `InputError` for text that is no RDF of that syntax or holds no node in the
    namespace, and `MissingDependencyError` without rdflib.
    """
    rdflib = _rdflib()
    graph = rdflib.Graph()
    if syntax == "xml" and "<!DOCTYPE" in text:
        raise InputError("RDF/XML with a DOCTYPE is not read: it may define entities. Remove the declaration.")
    try:
        graph.parse(data=text, format=syntax)
    except (SyntaxError, ValueError, SAXException, rdflib.exceptions.ParserError) as error:
        raise InputError(f"This is no RDF in {syntax}: {error}.") from error
    return _Reader(graph, namespace).ontology()


class _Writer:
    """Adds triples to one graph in one namespace."""

    def __init__(self, graph: Graph, namespace: str) -> None:
        from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

        self.graph, self.namespace = graph, namespace
        self.owl, self.rdf, self.rdfs, self.skos, self.source = OWL, RDF, RDFS, SKOS, DCTERMS.source
        for prefix, bound in (("affekt", namespace), ("skos", SKOS), ("owl", OWL), ("dcterms", DCTERMS)):
            graph.bind(prefix, bound)

    def iri(self, *parts: str) -> Any:
        from rdflib import URIRef

        return URIRef(self.namespace + "/".join(quote(part, safe="/#") for part in parts))

    def text(self, words: str) -> Any:
        from rdflib import Literal as Text

        return Text(words, lang="en")

    def add(self, subject: Any, predicate: Any, target: Any) -> None:
        self.graph.add((subject, predicate, target))

    def tree(self, ontology: Ontology) -> None:
        whole = self.iri("emotion")
        self.add(whole, self.rdf.type, self.owl.Ontology)
        self.add(whole, self.rdf.type, self.skos.ConceptScheme)
        self.add(whole, self.source, self.text(ontology.source))
        for sort in LINK_SORTS:
            self.add(self.iri(_PROPERTIES[sort]), self.rdf.type, self.owl.ObjectProperty)
            self.add(self.iri(_PROPERTIES[sort]), self.rdfs.label, self.text(sort))
        self.add(self.iri("isOppositeOf"), self.rdf.type, self.owl.SymmetricProperty)
        for node in ontology:
            self._node(node, whole)
        for link in ontology.links:
            self._link(link)

    def _node(self, node: OntologyNode, whole: Any) -> None:
        iri = self.iri("emotion", node.id)
        for kind in (self.owl.Class, self.skos.Concept):
            self.add(iri, self.rdf.type, kind)
        self.add(iri, self.skos.inScheme, whole)
        self.add(iri, self.skos.prefLabel, self.text(node.name))
        if node.parent is None:
            self.add(iri, self.skos.topConceptOf, whole)
        else:
            self.add(iri, self.rdfs.subClassOf, self.iri("emotion", node.parent))
            self.add(iri, self.skos.broader, self.iri("emotion", node.parent))
        for word in node.vocabulary if node.tier == 3 else ():
            self.add(iri, self.skos.altLabel, self.text(word))
        if node.name in TERMS:
            self.add(iri, self.skos.closeMatch, self.iri("term", node.name))

    def _link(self, link: EmotionLink) -> None:
        from rdflib import BNode

        source, predicate = self.iri("emotion", link.source), self.iri(_PROPERTIES[link.sort])
        for target in link.targets:
            self.add(source, predicate, self.iri("emotion", target))
            # A blank node of a fixed name: the same input gives the same bytes.
            name = f"{_PROPERTIES[link.sort]}-{link.source}-{target}".replace("/", "-").replace(" ", "-")
            axiom = BNode(name)
            self.add(axiom, self.rdf.type, self.owl.Axiom)
            self.add(axiom, self.owl.annotatedSource, source)
            self.add(axiom, self.owl.annotatedProperty, predicate)
            self.add(axiom, self.owl.annotatedTarget, self.iri("emotion", target))
            self.add(axiom, self.source, self.text(link.citation))

    def terms(self) -> None:
        whole = self.iri("term")
        self.add(whole, self.rdf.type, self.skos.ConceptScheme)
        for term in TERMS.values():
            iri = self.iri("term", term.name)
            self.add(iri, self.rdf.type, self.skos.Concept)
            self.add(iri, self.skos.inScheme, whole)
            self.add(iri, self.skos.prefLabel, self.text(term.name))
            self.add(iri, self.skos.definition, self.text(term.definition))
            for frame in _FRAMES:
                placement = getattr(term, frame)
                for target in placement.targets:
                    same = target == term.name
                    match = self.skos.exactMatch if same else self.skos.broadMatch
                    self.add(iri, match, self.iri("space", f"{frame}#{quote(target, safe='')}"))

    def label_spaces(self) -> None:
        for space in SPACES.values():
            scheme = self.iri("space", space.name)
            self.add(scheme, self.rdf.type, self.skos.ConceptScheme)
            self.add(scheme, self.skos.prefLabel, self.text(space.name))
            self.add(scheme, self.skos.note, self.text(space.kind))
            self.add(scheme, self.source, self.text(space.source))
            for label in space:
                iri = self.label(space.name, label)
                self.add(iri, self.rdf.type, self.skos.Concept)
                self.add(iri, self.skos.inScheme, scheme)
                self.add(iri, self.skos.prefLabel, self.text(label))
                if space.kind not in _EMOTIONS:
                    continue
                self.add(iri, self.skos.definition, self.text(definition_of(space, label)))
                terms = terms_of(space, label)
                match = self.skos.exactMatch if len(terms) == 1 else self.skos.relatedMatch
                for term in terms:
                    self.add(iri, match, self.iri("term", term.name))

    def label(self, space: str, label: str) -> Any:
        from rdflib import URIRef

        return URIRef(f"{self.namespace}space/{quote(space)}#{quote(label, safe='')}")


class _Reader:
    """Reads the tree back out of one graph."""

    def __init__(self, graph: Graph, namespace: str) -> None:
        self.graph, self.start = graph, f"{namespace}emotion/"
        self.namespace = namespace

    def id(self, iri: object) -> str:
        return unquote(str(iri).removeprefix(self.start))

    def ontology(self) -> Ontology:
        from rdflib.namespace import DCTERMS, OWL, RDF

        found = [iri for iri in self.graph.subjects(RDF.type, OWL.Class) if str(iri).startswith(self.start)]
        if not found:
            raise InputError(
                f"No emotion is named in the namespace {self.namespace!r}. Give the one it was written with."
            )
        nodes: dict[str, OntologyNode] = {}
        for iri in sorted(found, key=lambda iri: -self.id(iri).count("/")):
            nodes[self.id(iri)] = self._node(iri, nodes)
        ordered = {name: nodes[name] for name in sorted(nodes, key=lambda name: (name.partition("/")[0], name))}
        whole = self.graph.value(predicate=RDF.type, object=OWL.Ontology, any=True)
        source = str(self.graph.value(whole, DCTERMS.source) or "")
        return Ontology(MappingProxyType(ordered), tuple(self._links()), source)

    def _node(self, iri: Any, below: dict[str, OntologyNode]) -> OntologyNode:
        from rdflib.namespace import SKOS

        name = self.id(iri)
        words = {str(word) for word in self.graph.objects(iri, SKOS.altLabel)}
        for node in below.values():
            if node.parent == name:
                words.update(node.vocabulary)
        parent = self.graph.value(iri, SKOS.broader)
        tier = name.count("/") + 1
        return OntologyNode(
            name,
            str(self.graph.value(iri, SKOS.prefLabel)),
            tier,  # type: ignore[arg-type]  # a path of one to three names
            None if parent is None else self.id(parent),
            tuple(sorted(words)),
        )

    def _links(self) -> list[EmotionLink]:
        from rdflib.namespace import DCTERMS, OWL, RDF

        sorts: dict[str, LinkSort] = {self.namespace + name: sort for sort, name in _PROPERTIES.items()}
        cited: dict[tuple[LinkSort, str, str], list[str]] = {}
        for axiom in self.graph.subjects(RDF.type, OWL.Axiom):
            source, predicate, target = (
                self.graph.value(axiom, part)
                for part in (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
            )
            sort = sorts.get(str(predicate))
            # An axiom may speak of other things, or of a triple that somebody has taken out.
            if sort is not None and (source, predicate, target) in self.graph:
                key = (sort, self.id(source), str(self.graph.value(axiom, DCTERMS.source)))
                cited.setdefault(key, []).append(self.id(target))
        links = []
        for (sort, origin, citation), targets in cited.items():
            if sort == "is composed of":
                links.append(EmotionLink(sort, origin, tuple(sorted(targets)), citation))
            else:
                links += [EmotionLink(sort, origin, (target,), citation) for target in targets]
        return sorted(links, key=lambda link: (link.sort, link.source, link.targets))


def _rdflib() -> Any:
    try:
        import rdflib
    except ImportError as error:
        raise MissingDependencyError(
            "Writing and reading RDF needs rdflib. Install it with: pip install 'affekt[ontology]'"
        ) from error
    return rdflib
