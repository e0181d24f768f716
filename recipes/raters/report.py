"""Write the tables of README.md from results/raters.csv.

python recipes/raters/report.py [--check]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from affekt.evaluation.records import ResultRow, read_results

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "results/raters.csv"
NAMES = {
    "edos": "EDOS",
    "stackoverflow_emotion": "Stack Overflow posts (MSR'18)",
    "x_envent": "x-enVENT",
    "simulated-listeners": "simulated listeners",
    "ravdess-simulated-listeners": "simulated listeners to RAVDESS",
    **{
        f"brighter_votes:{code}": f"BRIGHTER {name}" for code, name in (("af", "Afrikaans"), ("arq", "Algerian Arabic"))
    },
    **{
        f"brighter_votes:{code}": f"BRIGHTER {name}"
        for code, name in (("de", "German"), ("hi", "Hindi"), ("mr", "Marathi"))
    },
    **{
        f"brighter_votes:{code}": f"BRIGHTER {name}"
        for code, name in (("pt", "Portuguese (Brazil)"), ("ro", "Romanian"))
    },
    **{f"brighter_votes:{code}": f"BRIGHTER {name}" for code, name in (("sv", "Swedish"), ("uk", "Ukrainian"))},
}
RULES = ("majority", "plurality", "all-inclusive")


class Table:
    """Results that are looked up by what they say."""

    def __init__(self, rows: list[ResultRow]) -> None:
        self.everything = rows
        self.rows = [row for row in rows if row.seed is None]

    def find(self, corpus: str, model: str, metric: str, protocol: str = "") -> ResultRow | None:
        """The row, if there is one; `protocol` is what its protocol ends with."""
        found = [
            row
            for row in self.rows
            if (row.corpus, row.model, row.metric) == (corpus, model, metric) and row.protocol.endswith(protocol)
        ]
        assert len(found) < 2, (corpus, model, metric, protocol)
        return found[0] if found else None

    def cell(self, *where: str, digits: int = 3, interval: bool = False) -> str:
        """The number, with its interval if asked for."""
        row = self.find(*where)
        if row is None:
            return "–"
        value = f"{row.value:.{digits}f}"
        return f"{value} [{row.low:.{digits}f}, {row.high:.{digits}f}]" if interval and row.low is not None else value


def lines(header: str, body: list[list[str]]) -> str:
    """A Markdown table."""
    columns = header.split("|")
    rule = ["---"] + ["---:"] * (len(columns) - 1)
    return "\n".join("| " + " | ".join(cell.strip() for cell in row) + " |" for row in (columns, rule, *body))


def soft_hard(table: Table) -> str:
    """Soft against hard."""
    body = []
    for corpus, name in NAMES.items():
        if table.find(corpus, "soft", "kl-minus:hard-temperature") is None:
            continue
        kl = [
            table.cell(corpus, m, "kl")
            for m in ("soft", "hard-temperature", "hard-tie-broken-temperature", "corpus-mean")
        ]
        gaps = [
            table.cell(corpus, "soft", "kl-minus:hard-temperature", interval=True),
            table.cell(corpus, "soft-temperature", "kl-minus:hard-tie-broken-temperature", interval=True),
        ]
        f1 = [table.cell(corpus, m, "consensus-macro-f1") for m in ("soft", "hard-temperature")]
        body.append([name, *kl, *gaps, *f1])
    return lines(
        "corpus | soft | hard, scaled | hard, ties broken, scaled | mean | soft − hard, scaled | "
        "soft − ties broken, both scaled | F1 soft | F1 hard",
        body,
    )


def k_best(table: Table) -> str:
    """k-best accuracy on real votes."""
    body = []
    for corpus in ("edos", "x_envent"):
        for k in (1, 2, 3):
            cells = [table.cell(corpus, m, f"{k}-best-accuracy") for m in ("soft", "hard")]
            body.append(
                [
                    f"{NAMES[corpus]}, {k}-best",
                    *cells,
                    table.cell(corpus, "soft", f"{k}-best-accuracy-minus:hard", interval=True),
                ]
            )
    return lines("corpus | soft | hard | soft − hard", body)


def kept(table: Table) -> str:
    """Items that each rule keeps."""
    body = []
    for corpus, name in NAMES.items():
        if table.find(corpus, "majority", "items-kept") is not None:
            body.append([name, *(table.cell(corpus, rule, "items-kept") for rule in RULES)])
    return lines("share of items kept | " + " | ".join(RULES), body)


def inclusive(table: Table) -> str:
    """Trained by, tested by."""
    body = []
    for corpus, name in NAMES.items():
        for rule in RULES:
            cells = [table.cell(corpus, f"trained-by-{rule}", "macro-f1", f"tested-by-{tested}") for tested in RULES]
            if cells != ["–"] * 3:
                body.append([f"{name}, trained by {rule}", *cells])
    return lines("macro-F1 | tested by majority | plurality | all-inclusive", body)


def pairs(table: Table) -> str:
    """The penalty on unlikely pairs."""
    body = []
    for corpus, name in NAMES.items():
        if table.find(corpus, "penalized-bce", "never-co-occurring-pair-rate") is None:
            continue
        metric = "never-co-occurring-pair-rate"
        cells = [table.cell(corpus, m, metric, digits=4) for m in ("plain-bce", "penalized-bce")]
        gap = table.cell(corpus, "penalized-bce", f"{metric}-minus:plain-bce", digits=4, interval=True)
        body.append(
            [name, *cells, gap, *(table.cell(corpus, m, "macro-f1", "pairs") for m in ("plain-bce", "penalized-bce"))]
        )
    return lines(
        "never-pairs among predicted pairs | plain | penalized | penalized − plain | F1 plain | F1 penalized", body
    )


def variance(table: Table) -> str:
    """The synthetic corpus, and simulated listeners to real speech."""
    body = []
    models = {
        "vote-density": "density of votes",
        "consensus": "consensus",
        "consensus-temperature": "consensus, scaled",
    }
    for corpus, where in (("synthetic-votes", ""), ("ravdess-simulated-votes", "RAVDESS, ")):
        if table.find(corpus, "vote-density", "kl") is None:
            continue
        for model, name in models.items():
            cells = [table.cell(corpus, model, metric) for metric in ("kl", "1-best-accuracy", "2-best-accuracy")]
            gaps = [table.cell(corpus, model, f"2-best-accuracy-gap:{g}") for g in ("speaker", "sex", "test-set")]
            body.append([f"{where}{name}", *cells, *gaps])
        for metric in ("kl", "2-best-accuracy"):
            for rival in ("consensus", "consensus-temperature"):
                cell = table.cell(corpus, "vote-density", f"{metric}-minus:{rival}", digits=4, interval=True)
                body.append([f"{where}density − {models[rival]}, {metric}", cell, "", "", "", "", ""])
    return lines("target | KL | 1-best | 2-best | 2-best gap: speaker | sex | test set", body)


def personal(table: Table) -> str:
    """One unseen rater after eight ratings."""
    body = []
    simulated = ("simulated-listeners", "ravdess-simulated-listeners")
    for corpus in ("brighter_votes:de", "brighter_votes:pt", *simulated):
        for model in ("aggregate", "shift", "fine-tuned", "maml-first", "meta-start", "meta-perser"):
            row = table.find(corpus, model, "rater-nll", "leave-one-rater-out-8")
            if row is None:
                continue
            nll = table.cell(corpus, model, "rater-nll", "leave-one-rater-out-8", interval=True)
            gap = table.cell(corpus, model, "rater-nll-minus:aggregate", "leave-one-rater-out-8", interval=True)
            f1 = table.cell(corpus, model, "rater-macro-f1", "leave-one-rater-out-8")
            f1_gap = table.cell(corpus, model, "rater-macro-f1-minus:aggregate", "leave-one-rater-out-8", interval=True)
            body.append([f"{NAMES[corpus]} ({row.n} raters), {model}", nll, gap, f1, f1_gap])
    return lines("unseen rater | cross-entropy | − aggregate | macro-F1 | − aggregate", body)


def multi_rater(table: Table) -> str:
    """A head per rater."""
    body = []
    for corpus in ("brighter_votes:de", "brighter_votes:pt"):
        for model in ("one-head", "one-head-shift", "multi-rater"):
            cells = [
                table.cell(corpus, model, f"rater-{m}", "known-raters", interval=True) for m in ("nll", "macro-f1")
            ]
            gap = table.cell(corpus, model, "rater-nll-minus:one-head-shift", "known-raters", interval=True)
            body.append(
                [f"{NAMES[corpus]}, {model}", *cells, gap, table.cell(corpus, model, "consensus-kl", "known-raters")]
            )
    return lines(
        "known raters, new texts | cross-entropy per rater | macro-F1 per rater | − one head shifted | KL of consensus",
        body,
    )


def gap(table: Table) -> str:
    """Writers and readers."""
    body = []
    for target in ("any", "shame", "disgust"):
        for model in ("frozen-text-v1+tfidf", "tfidf"):
            row = table.find("x_envent", model, "auroc", f"hidden-{target}")
            if row is not None:
                cell = table.cell("x_envent", model, "auroc", f"hidden-{target}", interval=True)
                body.append([f"hidden {target} (n {row.n}), {model}", cell])
    return lines("x-enVENT, detector | AUC", body)


def unseen(table: Table) -> str:
    """Which emotions readers do not see."""
    body = [
        [
            row.metric.removeprefix("readers-who-see:"),
            f"{row.value:.2f}",
            table.cell("x_envent", "votes", row.metric.replace("readers-who-see", "hidden-share"), digits=2),
        ]
        for row in table.rows
        if row.metric.startswith("readers-who-see:")
    ]
    return lines("the writer was asked for | readers who see it | hidden from all", sorted(body, key=lambda c: c[1]))


def phrases(table: Table) -> str:
    """What marks the texts detected."""
    found = [row for row in table.everything if row.metric.startswith("phrase-z:")]
    body = [[row.metric.removeprefix("phrase-z:"), f"{row.value:.1f}", str(row.n)] for row in found]
    return lines("phrase | z | texts with it", sorted(body, key=lambda cells: -float(cells[1])))


def emobank(table: Table) -> str:
    """EmoBank's two perspectives."""
    body = []
    for dimension in ("valence", "arousal", "dominance"):
        cells = [
            table.cell("emobank", "votes", f"{m}:{dimension}")
            for m in ("writer-minus-reader", "mean-distance", "pearson")
        ]
        sds = [table.cell("emobank", "votes", f"rater-sd:{side}.{dimension}") for side in ("writer", "reader")]
        far = [
            table.cell("emobank", "votes", f"mean-distance-from-neutral:{s}.{dimension}") for s in ("writer", "reader")
        ]
        body.append([dimension, *cells, *far, *sds])
    return lines(
        "EmoBank | writer's − reader's | distance | r | from neutral: writer's | reader's | "
        "raters' sd: writer's | reader's",
        body,
    )


def shipped(table: Table) -> str:
    """The head that ships."""
    names = {
        "kl": "KL to the votes",
        "disagreement-ece": "disagreement: calibration error",
        "disagreement-mse": "disagreement: squared error",
        "disagreement-mse-dev-mean": "the same of the dev mean for every text",
        "disagreement-mse-minus:dev-mean": "difference of the two",
        "disagreement-pearson": "disagreement: correlation with the observed",
    }
    return lines(
        "EDOS test | value",
        [[name, table.cell("edos", "shipped", m, digits=4, interval=True)] for m, name in names.items()],
    )


TABLES = {
    each.__name__: each
    for each in (
        soft_hard,
        k_best,
        kept,
        inclusive,
        pairs,
        variance,
        personal,
        multi_rater,
        gap,
        unseen,
        phrases,
        emobank,
        shipped,
    )
}


def filled(text: str, table: Table) -> str:
    """README with every `<!-- table: name -->` … `<!-- end -->` written anew."""

    def fill(found: re.Match[str]) -> str:
        return f"<!-- table: {found[1]} -->\n{TABLES[found[1]](table)}\n<!-- end -->"

    return re.sub(r"<!-- table: (\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where README.md is not up to date")
    path = HERE / "README.md"
    text = path.read_text(encoding="utf-8")
    new = filled(text, Table(read_results(RESULTS)))
    if parser.parse_args().check and new != text:
        raise SystemExit("recipes/raters/README.md is not what results/raters.csv says. Run recipes/raters/report.py.")
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
