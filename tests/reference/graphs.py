"""Graphs as the models multiply them, in SciPy and float64, from float32 features (spec: ties to the lower index)."""
import numpy as np
import scipy.sparse as sp

TIE = 2e-6  # similarities closer than this may legitimately swap places


def inverse_root(degrees):
    return np.where(degrees > 0, 1 / np.sqrt(np.where(degrees > 0, degrees, 1)), 0.0)


def sym(matrix, epsilon=0.0):
    """D^-1/2 A D^-1/2 with D the row sums of A, plus epsilon if given."""
    matrix = sp.csr_matrix(matrix, dtype=np.float64)
    scale = sp.diags(inverse_root(np.asarray(matrix.sum(1)).ravel() + epsilon))
    result = (scale @ matrix @ scale).tocsr()
    result.sort_indices()
    return result


def sym_bip(r):
    """R[u, i] / sqrt(deg(u) deg(i))."""
    r = sp.csr_matrix(r, dtype=np.float64)
    rows, columns = (np.asarray(r.sum(axis)).ravel() for axis in (1, 0))
    return (sp.diags(inverse_root(rows)) @ r @ sp.diags(inverse_root(columns))).tocsr()


def row_mean(r):
    """R with every row divided by its sum; empty rows stay empty."""
    degrees = np.asarray(r.sum(1)).ravel()
    return (sp.diags(np.where(degrees > 0, 1 / np.maximum(degrees, 1), 0)) @ r).tocsr()


def bipartite(r, item_block=None):
    """[[0, R], [R^T, item_block]]."""
    return sp.bmat([[None, r], [r.T, item_block]], format="csr", dtype=np.float64)


def cosines(x):
    """All cosines of the rows of x, in the precision of x, every dot product summed left to right."""
    norms = np.zeros(len(x), x.dtype)
    for column in x.T:
        norms += column * column
    y = x / np.maximum(np.sqrt(norms), x.dtype.type(1e-12))[:, None]
    result = np.zeros((len(x), len(x)), x.dtype)
    for column in y.T:
        result += np.outer(column, column)
    return result


def neighbours(x, k, include_self=True):
    """Top-k by float32 cosine: the item itself first (or left out), then the lower index on ties.

    Returns the lists and their cosines in float64. Refuses data in which a different order of
    summation could change a list: two cosines within TIE of each other must be exactly equal.
    """
    ranked, exact = cosines(np.float32(x)), cosines(np.float64(np.float32(x)))
    lists = []
    for i, row in enumerate(ranked):
        others = [j for j in np.argsort(-row, kind="stable").tolist() if j != i]
        keep = k - 1 if include_self else k
        for a, b in zip(others[:keep], others[1:keep + 1]):
            assert row[a] == row[b] or row[a] - row[b] > TIE, (i, a, b)
        lists.append(([i] if include_self else []) + others[:keep])
    lists = np.array(lists)
    return lists, np.take_along_axis(exact, lists, 1)


def knn(x, k, binary=False, include_self=True):
    """Directed kNN matrix with cosine (or 1) as weight; similarities <= 0 dropped."""
    lists, values = neighbours(x, k, include_self)
    keep = values > 0
    rows = np.repeat(np.arange(len(x)), keep.sum(1))
    weights = np.ones(len(rows)) if binary else values[keep]
    return sp.csr_matrix((weights, (rows, lists[keep])), shape=(len(x), len(x)))
