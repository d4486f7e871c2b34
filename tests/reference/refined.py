"""The refined item graph of MLLMRec, and of backbones with `itemGraph: refined`: semantic neighbours plus co-occurrence."""
import numpy as np
import scipy.sparse as sp

from reference.graphs import TIE, knn, neighbours, sym


def semantic(x, k, least=None):
    """S: 1 for each of the top k by cosine (the item itself first) whose cosine is positive and at least `least`.

    Also how many entries the threshold removed; entries without a positive cosine are none of those.
    """
    lists, values = neighbours(x, k)
    s = np.zeros((len(x), len(x)))
    positive = values > 0
    assert np.all((values == 0) | (np.abs(values) > TIE))
    keep = positive
    if least is not None:
        assert np.abs(values - least).min() > TIE
        keep = positive & (values >= least)
    for a, b in zip(*np.nonzero(keep)):
        s[a, lists[a, b]] = 1
    return s, int(positive.sum() - keep.sum())


def cooccurrence(r, k, drop):
    """C: the k largest positive Jaccard indices of each row, exact; the lower index first on ties.

    `drop` says which entries cannot be listed: the item itself (none), also items with the same users (all),
    or those that a float32 quotient with 1e-7 in its denominator takes for exactly 1 (authors).
    """
    dense = r.toarray()
    both = dense.T @ dense
    either = both.diagonal()[:, None] + both.diagonal()[None] - both
    jaccard = both / np.maximum(either, 1)
    own = np.eye(len(both), dtype=bool)
    dropped = {
        "none": own,
        "all": own | (both == either),
        "authors": np.float32(both) / (np.float32(either) + np.float32(1e-7)) == np.float32(1),
    }[drop]
    c = np.zeros_like(jaccard)
    for a, row in enumerate(np.where(dropped, 0, jaccard)):
        for b in np.argsort(-row, kind="stable")[:k]:
            c[a, b] = row[b]
    return c


def refined(r, x, k, least, co_k, drop):
    """S + C before normalisation, and what the tests want to know about it. co_k = 0: without C."""
    s, removed = semantic(x, k, least)
    c = cooccurrence(r, co_k, drop)
    return sp.csr_matrix(s + c), {
        "droppedByThreshold": removed, "addedByCooccurrence": int(((c > 0) & (s == 0)).sum()),
        "entries": int(np.count_nonzero(s + c))}


def item_graphs(reference, data, binary=False):
    """Per modality the normalised item graph that the configuration asks for; facts are left where it is refined."""
    config, graphs = reference.config, {}
    for key in reference.modalities:
        x = data.features[key]
        if config.get("itemGraph") != "refined":
            graphs[key] = sym(knn(x, config["neighbours"], binary))
            continue
        graph, facts = refined(data.r, x, config["neighbours"], config["minSimilarity"], config["coNeighbours"],
                               config["dropIdentical"])
        assert facts["droppedByThreshold"] > 10 and facts["addedByCooccurrence"] > 20, facts
        reference.facts[key], graphs[key] = facts, sym(graph)
    return graphs
