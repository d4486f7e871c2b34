"""Item-item blocks of the behaviour graph: EGRA's from pre-trained embeddings (+E), GUME's from all modalities (+G)."""
import numpy as np
import scipy.sparse as sp

from reference.graphs import knn


def pretrained_block(embeddings, count, include_self=False, symmetrise=False):
    """1 where j is among the items most similar to i; directed, i itself left out, unless told otherwise."""
    block = knn(embeddings, count, binary=True, include_self=include_self)
    assert block.nnz == count * len(embeddings)  # none dropped for a similarity <= 0, so both readings agree
    return sp.csr_matrix(block.maximum(block.T)) if symmetrise else block


def adjacent_block(features, count, mutual=False):
    """1 where j is among the top items of i in every modality, i itself counted there but left out here.

    Directed; `mutual` keeps only the edges that exist in both directions.
    """
    lists = [knn(x, count, binary=True).toarray() for x in features]
    assert all(part.sum() == count * len(part) for part in lists)  # no similarity <= 0 among them
    block = np.prod(lists, 0)
    np.fill_diagonal(block, 0)
    block = sp.csr_matrix(block)
    assert block.nnz > len(lists[0]) / 4 and (block != block.T).nnz > 0
    if not mutual:
        return block
    both = sp.csr_matrix(block.multiply(block.T))
    assert 0 < both.nnz < block.nnz
    return both


def behaviour_block(reference, data, init, enhancer=None):
    """The block that `edgeEnhancer` (or the caller) asks for, or None; recorded as graph "enhanced", its input beside it.

    Embeddings of a pre-training run are stood for by random ones. A model without features of its own sees all for +G.
    """
    config = reference.config
    enhancer = enhancer or config.get("edgeEnhancer", "none")
    if enhancer == "none":
        return None
    if enhancer == "+E":
        x = reference.inputs["pretrained"] = init.stand_in(data.items, config["embeddingSize"])
        block = pretrained_block(x, config["enhancedNeighbours"], not config.get("excludeSelf", True),
                                 config.get("symmetrise", False))
    else:
        features = [data.features[key] for key in reference.modalities or data.features]
        block = adjacent_block(features, config["neighbours"], config.get("mutual", False))
    reference.graphs["enhanced"] = block
    return block
